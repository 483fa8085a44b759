"""Settings are read once, from the variables that the template sets."""

from dataclasses import fields

import pytest

from darkroom.settings import Settings, read_settings

VARIABLES = {field.name.upper(): "7" for field in fields(Settings)}


def test_each_variable_becomes_a_field_of_its_type() -> None:
    given = VARIABLES | {
        "CALLBACKS": "on",
        "OUTPUT_HOSTS": "wavespeed.ai, cloudfront.net",
        "WEBHOOK_PORTS": "443,8443",
        "LOCAL_TARGETS": "",
        "WAIT_SECONDS": "8",
        "JOBS_TABLE": "jobs",
    }
    settings = read_settings(given)
    assert settings.callbacks is True
    assert settings.output_hosts == {"wavespeed.ai", "cloudfront.net"}
    assert settings.webhook_ports == {443, 8443}
    assert settings.local_targets == frozenset()
    assert settings.wait_seconds == 8.0
    assert settings.retention_days == 7
    assert settings.jobs_table == "jobs"


@pytest.mark.parametrize("value", ["off", "", "true"])
def test_callbacks_are_on_only_where_it_says_so(value: str) -> None:
    assert read_settings(VARIABLES | {"CALLBACKS": value}).callbacks is False


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_variable_that_is_not_set_is_named(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        read_settings({key: value for key, value in VARIABLES.items() if key != name})
