"""What every Permits does: the fake that the tests run on, and the one on DynamoDB."""

from collections.abc import Callable

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.backlog import Turns
from darkroom.jobs.gate import Admission
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
    """Each on its way: as if nobody waited for the permits refused before."""
    granted = 0
    for _ in range(tries):
        granted += permits.take(now).granted
        permits.release(Turns((), all_seen=True), now, now)
    return granted


def test_as_many_tasks_run_as_are_allowed_at_once(new_permits: NewPermits) -> None:
    assert taken(new_permits(LIMITS), NOW, tries=5) == 3


def test_the_first_who_must_wait_is_told_to_begin_the_ticks(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    taken(permits, NOW, tries=3)
    assert [permits.take(NOW), permits.take(NOW)] == [Admission(False, beat=0), Admission(False)]


def test_while_jobs_wait_nobody_passes_them_by(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    permits.join(NOW)
    assert not permits.take(NOW).granted
    permits.release(Turns((), all_seen=True), NOW, NOW)
    assert permits.take(NOW).granted


def test_a_slot_given_back_can_be_taken(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    taken(permits, NOW, tries=3)
    permits.give_back(NOW, NOW + 5)
    assert taken(permits, NOW + 5, tries=3) == 1


def test_a_slot_never_given_back_is_free_when_its_time_is_over(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    taken(permits, NOW, tries=3)
    assert taken(permits, NOW + 700, tries=3) == 0
    assert taken(permits, NOW + 850, tries=5) == 3


def test_the_rate_keeps_its_headroom(new_permits: NewPermits) -> None:
    hundred = PermitLimits(images_per_minute=100, concurrent_tasks=1000, slot_seconds=600)
    permits = new_permits(hundred)
    assert taken(permits, NOW, tries=120) == 100
    assert taken(permits, NOW + 61, tries=120) == 0
    assert taken(permits, NOW + 61.5, tries=120) == 100


def test_the_rate_s_window_slides(new_permits: NewPermits) -> None:
    permits = new_permits(FAST)
    taken(permits, NOW, tries=4)
    assert taken(permits, NOW + 30, tries=20) == 6
    wait = permits.gate(NOW + 59).window.wait_seconds(NOW + 59, FAST)
    assert 2.0 < wait <= 2.5
    assert taken(permits, NOW + 59 + wait, tries=20) == 4


def test_nobody_starts_while_it_is_held(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    permits.hold(NOW + 30, NOW)
    assert taken(permits, NOW + 29, tries=1) == 0
    assert taken(permits, NOW + 30, tries=1) == 1


def test_a_shorter_hold_does_not_cut_a_longer_one_short(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    permits.hold(NOW + 30, NOW)
    permits.hold(NOW + 5, NOW)
    assert taken(permits, NOW + 29, tries=1) == 0


def test_a_slot_given_back_twice_frees_no_second_one(new_permits: NewPermits) -> None:
    permits = new_permits(LIMITS)
    permits.take(NOW)
    permits.give_back(NOW, NOW + 1)
    permits.give_back(NOW, NOW + 1)
    assert taken(permits, NOW + 1, tries=5) == 3
