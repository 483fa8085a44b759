"""What `make up` and `make demo` make of their variables."""

import pytest

from local.options import REAL_UPSTREAM, read_options


def test_nothing_given_means_the_simulator_with_callbacks() -> None:
    options = read_options({})
    assert (options.upstream_url, options.callbacks, options.allowed_targets) == ("", "on", [])


def test_a_real_key_means_the_real_api_without_callbacks() -> None:
    options = read_options({"WAVESPEED_API_KEY": "obviously-fake"})
    assert (options.upstream_url, options.upstream_key) == (REAL_UPSTREAM, "obviously-fake")
    assert (options.callbacks, options.tier) == ("off", "bronze")
    assert options.allowed_targets == []


def test_the_simulator_can_be_asked_for_in_spite_of_a_real_key() -> None:
    options = read_options({"WAVESPEED_API_KEY": "obviously-fake", "SIMULATOR": "1"})
    assert (options.upstream_url, options.upstream_key, options.callbacks) == ("", "", "on")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_upstream_on_this_machine_is_allowed_under_both_names(host: str) -> None:
    options = read_options(
        {
            "UPSTREAM_URL": f"http://{host}:9000/api/v3/",
            "UPSTREAM_KEY": "k",
            "WEBHOOK_ALLOW": "127.0.0.1:7,x:8",
        }
    )
    assert options.upstream_url == f"http://{host}:9000/api/v3"
    assert options.allowed_targets == ["127.0.0.1:9000", "localhost:9000", "127.0.0.1:7", "x:8"]


def test_another_upstream_needs_its_key() -> None:
    with pytest.raises(SystemExit, match="UPSTREAM_KEY"):
        read_options({"UPSTREAM_URL": "http://127.0.0.1:9000/api/v3"})


def test_callbacks_are_on_or_off() -> None:
    with pytest.raises(SystemExit, match="CALLBACKS"):
        read_options({"CALLBACKS": "maybe"})
