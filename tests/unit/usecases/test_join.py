"""Repeated calls and their jobs: who joins what, and who gets one of his own."""

import threading

import pytest

from darkroom.jobs.joins import OpenCall, choose_repeated, choose_resent
from darkroom.ports import ThrottledError
from darkroom.usecases.join import Joiner
from memory.clock import FakeClock
from memory.joins import MemoryJoins

TENANT, PRINT = "acme", "f1"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def joins() -> MemoryJoins:
    return MemoryJoins()


@pytest.fixture
def joiner(joins: MemoryJoins, clock: FakeClock) -> Joiner:
    return Joiner(joins, clock)


def first(joiner: Joiner) -> OpenCall:
    return joiner.open(TENANT, PRINT, joiner.clock(), 20)


def repeat(joiner: Joiner) -> OpenCall:
    """Of a client that was told to come back."""
    now = joiner.clock()
    return joiner.join(TENANT, PRINT, now, 20, choose_repeated) or first(joiner)


def test_two_equal_first_calls_are_two(joiner: Joiner) -> None:
    assert first(joiner).group != first(joiner).group


def test_a_repeat_gets_the_group_of_its_call(joiner: Joiner, clock: FakeClock) -> None:
    call = first(joiner)
    clock.now += 20
    joiner.leave(call)
    clock.now += 1
    assert repeat(joiner).group == call.group


def test_a_repeat_of_another_tenants_or_another_request_is_its_own(joiner: Joiner) -> None:
    call = first(joiner)
    joiner.leave(call)
    assert joiner.join("rival", PRINT, joiner.clock(), 20, choose_repeated) is None
    assert joiner.join(TENANT, "f2", joiner.clock(), 20, choose_repeated) is None


def test_equal_calls_with_repeats_at_once_each_get_their_own(joiner: Joiner, clock: FakeClock) -> None:
    calls = [first(joiner) for _ in range(8)]
    clock.now += 20
    for call in calls:
        joiner.leave(call)
    clock.now += 1
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(repeat(joiner).group)) for _ in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(call.group for call in calls)


def test_repeats_over_and_over_stay_with_their_calls(joiner: Joiner, clock: FakeClock) -> None:
    calls = [first(joiner) for _ in range(3)]
    for _ in range(5):
        clock.now += 20
        for call in calls:
            joiner.leave(call)
        clock.now += 1
        calls = [repeat(joiner) for _ in calls]
    assert len({call.group for call in calls}) == 3


def test_a_call_after_an_answered_one_long_ago_is_its_own(joiner: Joiner, clock: FakeClock) -> None:
    call = first(joiner)
    joiner.answer(call)
    clock.now += 31
    assert repeat(joiner).group != call.group


def test_the_answer_to_a_client_that_has_given_up_does_not_close_its_call(
    joiner: Joiner, joins: MemoryJoins, clock: FakeClock
) -> None:
    call = first(joiner)
    clock.now += 5
    again = repeat(joiner)
    assert again.group == call.group
    joiner.answer(call)
    [standing] = joins.all()
    assert standing.answered_at is None
    joiner.answer(again)
    [standing] = joins.all()
    assert standing.answered_at == clock.now


class AlwaysBeaten(MemoryJoins):
    def save(self, call: OpenCall) -> OpenCall | None:
        super().save(call)
        return None


def test_a_repeat_that_is_beaten_each_time_is_told_to_come_back(clock: FakeClock) -> None:
    joiner = Joiner(AlwaysBeaten(), clock)
    first(joiner)
    with pytest.raises(ThrottledError):
        repeat(joiner)


def test_a_clients_time_runs_from_when_its_post_came_in(
    joiner: Joiner, joins: MemoryJoins, clock: FakeClock
) -> None:
    """The handler came 2.5 s later, after a cold start: the client gives up 10 s after it sent."""
    received_at = clock()
    clock.now += 2.5
    call = joiner.open(TENANT, PRINT, received_at, 9.5)
    assert (call.posted_at, call.leased_until) == (received_at, clock() + 9.5)
    clock.now += 7.5
    again = joiner.join(TENANT, PRINT, clock(), 20, choose_resent)
    assert again is not None
    assert (again.group, again.posted_at) == (call.group, received_at + 10)
