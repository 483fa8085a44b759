"""The delivery beside the job: its moves, its rounds, and how much of it is kept."""

import pytest

from darkroom.jobs.delivery import (
    KEPT_ATTEMPTS,
    KEPT_REPLAYS,
    Delivery,
    DeliveryAttempt,
    DeliveryError,
    DeliveryStatus,
)

PENDING = Delivery(DeliveryStatus.PENDING, next_at=100.0)
ATTEMPT = DeliveryAttempt(at=101.0, duration_ms=80, status_code=503)


def test_a_failed_attempt_is_kept_with_the_time_of_the_next() -> None:
    delivery = PENDING.to_try_again(ATTEMPT, 106.0)
    assert delivery == Delivery(DeliveryStatus.PENDING, (ATTEMPT,), made=1, next_at=106.0)
    assert delivery.last_at == 101.0


@pytest.mark.parametrize("end", ["delivered", "exhausted"])
def test_an_ended_delivery_is_not_attempted_again(end: str) -> None:
    ended: Delivery = getattr(PENDING, end)(ATTEMPT)
    assert (ended.status, ended.next_at) == (DeliveryStatus(end), None)
    with pytest.raises(DeliveryError):
        ended.delivered(ATTEMPT)


def test_a_replay_is_a_whole_new_round_that_remembers_the_old_one() -> None:
    replayed = PENDING.exhausted(ATTEMPT).replayed(500.0)
    assert replayed == Delivery(DeliveryStatus.PENDING, (ATTEMPT,), made=0, next_at=500.0)


def test_a_repeat_of_a_replay_changes_nothing_and_another_key_starts_a_round() -> None:
    first = PENDING.exhausted(ATTEMPT).replayed(500.0, "key-1").delivered(ATTEMPT)
    assert first.replayed(600.0, "key-1") == first
    assert first.replayed(600.0, "key-2").next_at == 600.0


def test_a_replay_while_the_first_attempt_is_on_its_way_is_remembered_and_starts_nothing() -> None:
    asked = PENDING.replayed(500.0, "key-1")
    assert asked.planned == PENDING.planned
    assert asked.was_replayed_with("key-1")


def test_the_keys_of_the_latest_replays_alone_are_kept() -> None:
    delivery = PENDING
    for number in range(KEPT_REPLAYS + 1):
        delivery = delivery.replayed(500.0, f"key-{number}")
    assert len(delivery.replays) == KEPT_REPLAYS
    assert not delivery.was_replayed_with("key-0")
    assert delivery.was_replayed_with(f"key-{KEPT_REPLAYS}")


def test_without_an_event_there_is_nothing_to_replay() -> None:
    with pytest.raises(DeliveryError):
        Delivery().replayed(500.0)


def test_only_the_latest_attempts_are_kept_but_all_are_counted() -> None:
    delivery = PENDING
    for number in range(KEPT_ATTEMPTS + 5):
        delivery = delivery.to_try_again(DeliveryAttempt(float(number), 1), 0.0)
    assert [attempt.at for attempt in delivery.attempts] == [float(n) for n in range(5, KEPT_ATTEMPTS + 5)]
    assert delivery.made == KEPT_ATTEMPTS + 5
