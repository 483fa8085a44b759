"""What every Permits does: the fake that the tests run on, and the one on DynamoDB."""

from collections.abc import Callable

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import Permits
from memory.permits import MemoryPermits

NOW = 1_760_000_000.5
LIMITS = PermitLimits(images_per_minute=10, concurrent_tasks=3, slot_seconds=600)
FAST = PermitLimits(images_per_minute=10, concurrent_tasks=1_000, slot_seconds=600)

NewPermits = Callable[[PermitLimits], Permits]


@pytest.fixture(params=["memory", "dynamodb"])
def new_permits(request: pytest.FixtureRequest) -> NewPermits:
    if request.param == "memory":
        return MemoryPermits
    clients: Clients = request.getfixturevalue("clients")
    table: str = request.getfixturevalue("jobs_table_name")
    return lambda limits: DynamoPermits(clients.dynamodb, table, limits, sleep=lambda seconds: None)


def taken(permits: Permits, now: float, tries: int) -> int:
    return sum(permits.take(now) == 0.0 for _ in range(tries))


def test_as_many_tasks_run_as_are_allowed_at_once(new_permits: NewPermits) -> None:
    assert taken(new_permits(LIMITS), NOW, tries=5) == 3


def test_whoever_must_wait_is_told_how_long(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    taken(permits, NOW, tries=3)
    assert permits.take(NOW) == 1.0


def test_a_slot_given_back_can_be_taken(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    taken(permits, NOW, tries=3)
    permits.give_back(NOW, NOW + 5)
    assert taken(permits, NOW + 5, tries=3) == 1


def test_a_slot_never_given_back_is_free_when_its_time_is_over(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    taken(permits, NOW, tries=3)
    assert taken(permits, NOW + 500, tries=3) == 0
    assert taken(permits, NOW + 700, tries=5) == 3


def test_the_rate_keeps_its_headroom(new_permits: NewPermits) -> None:
    hundred = PermitLimits(images_per_minute=100, concurrent_tasks=1000, slot_seconds=600)
    assert taken(new_permits(hundred), NOW, tries=120) == 98


def test_the_rate_s_window_slides(new_permits: NewPermits) -> None:
    permits = new_permits(FAST)
    taken(permits, NOW, tries=4)
    assert taken(permits, NOW + 30, tries=20) == 6
    wait = permits.take(NOW + 59)
    assert 1.0 < wait <= 2.0
    assert taken(permits, NOW + 59 + wait, tries=20) == 4


def test_nobody_starts_while_it_is_held(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    permits.hold(NOW + 30, NOW)
    assert permits.take(NOW + 10) == pytest.approx(20)
    assert permits.take(NOW + 30) == 0.0


def test_a_shorter_hold_does_not_cut_a_longer_one_short(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    permits.hold(NOW + 30, NOW)
    permits.hold(NOW + 5, NOW)
    assert permits.take(NOW + 10) == pytest.approx(20)


def test_a_slot_given_back_twice_frees_no_second_one(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    permits.take(NOW)
    permits.give_back(NOW, NOW + 1)
    permits.give_back(NOW, NOW + 1)
    assert taken(permits, NOW + 1, tries=5) == 3
