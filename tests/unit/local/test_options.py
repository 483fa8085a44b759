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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"UPSTREAM_URL": "http://127.0.0.1:9000/api/v3"}, "UPSTREAM_KEY"),
        ({"CALLBACKS": "maybe"}, "CALLBACKS is on or off"),
        ({"PORT": "80"}, "1024 to 65535"),
        ({"PORT": "first"}, "1024 to 65535"),
        ({"TIER": "platinum"}, "bronze, silver, gold, ultra"),
        ({"INFERENCE_SECONDS": "quick"}, "number of seconds"),
        ({"PARAMETERS": "WaitSeconds"}, "NAME=VALUE"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_can(given: dict[str, str], told: str) -> None:
    with pytest.raises(SystemExit, match=told):
        read_options(given)


def test_values_arrive_as_what_they_are() -> None:
    options = read_options(
        {
            "PORT": "4711",
            "TIER": "gold",
            "INFERENCE_SECONDS": "0.5",
            "PARAMETERS": "WaitSeconds=2 LogLevel=DEBUG",
        }
    )
    assert (options.port, options.tier, options.inference_seconds) == (4711, "gold", 0.5)
    assert options.parameters == ("WaitSeconds=2", "LogLevel=DEBUG")
