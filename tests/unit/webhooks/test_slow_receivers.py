"""When a receiver is held to be slow, and for how long."""

from darkroom.webhooks.slow_receivers import SlowReceivers

URL = "https://hooks.example.com/a?b=c"
NOW = 1_760_000_000.0


def seen(*seconds: float, tenant: str = "acme", url: str = URL) -> SlowReceivers:
    receivers = SlowReceivers()
    for took in seconds:
        receivers.note(tenant, url, took, NOW)
    return receivers


def test_a_receiver_is_slow_after_three_slow_attempts_in_a_row() -> None:
    assert not seen(3, 3).is_slow("acme", URL, NOW)
    assert seen(3, 3, 3).is_slow("acme", URL, NOW)


def test_a_receiver_of_which_every_tenth_attempt_is_slow_is_not() -> None:
    assert not seen(*[3, *[0.1] * 9] * 10).is_slow("acme", URL, NOW)


def test_a_receiver_of_which_every_second_attempt_is_slow_is() -> None:
    assert seen(*[3, 0.1] * 6, 3).is_slow("acme", URL, NOW)


def test_after_a_minute_it_is_tried_again_and_one_slow_attempt_is_enough() -> None:
    receivers = seen(3, 3, 3)
    assert receivers.is_slow("acme", URL, NOW + 59)
    assert not receivers.is_slow("acme", URL, NOW + 60)
    receivers.note("acme", URL, 3, NOW + 61)
    assert receivers.is_slow("acme", URL, NOW + 62)


def test_a_host_has_all_paths_in_common_and_nothing_with_other_ports_or_tenants() -> None:
    receivers = seen(3, 3, 3)
    assert receivers.is_slow("acme", "https://hooks.example.com/other", NOW)
    assert not receivers.is_slow("acme", "https://hooks.example.com:8443/a", NOW)
    assert not receivers.is_slow("globex", URL, NOW)


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    receivers = seen(3, 3, 3)
    for number in range(1000):
        for _ in range(3):
            receivers.note("acme", f"https://{number}.example.com/", 3, NOW)
    assert not receivers.is_slow("acme", URL, NOW)
    assert receivers.is_slow("acme", "https://999.example.com/", NOW)
