"""Repeated calls and their jobs: who joins what, and who gets one of his own."""

import threading
import time
from collections.abc import Sequence
from random import Random

import pytest

from darkroom.jobs.joins import OpenCall, Post, choose_repeated, choose_resent
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
    return Joiner(joins, clock, Random(7).choice)


def first(joiner: Joiner) -> OpenCall:
    return joiner.open(TENANT, PRINT, Post(joiner.clock()), 20)


def repeat(joiner: Joiner, retries: int = 1) -> OpenCall:
    """Of a client that was told to come back."""
    post = Post(joiner.clock(), retries)
    joined = joiner.join(TENANT, PRINT, post, 20, choose_repeated)
    return joined or joiner.open(TENANT, PRINT, post, 20)


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
    assert joiner.join("rival", PRINT, Post(joiner.clock(), 1), 20, choose_repeated) is None
    assert joiner.join(TENANT, "f2", Post(joiner.clock(), 1), 20, choose_repeated) is None


class SlowJoins(MemoryJoins):
    """As far away as DynamoDB."""

    def joinable(self, tenant: str, fingerprint: str, now: float) -> Sequence[OpenCall]:
        time.sleep(0.005)
        return super().joinable(tenant, fingerprint, now)

    def save(self, call: OpenCall) -> OpenCall | None:
        time.sleep(0.005)
        return super().save(call)


def test_many_equal_calls_that_come_back_at_once_each_get_their_own(clock: FakeClock) -> None:
    joiner = Joiner(SlowJoins(), clock, Random(7).choice)
    calls = [first(joiner) for _ in range(50)]
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


def test_a_call_answered_with_an_error_is_not_repeated(joiner: Joiner) -> None:
    call = first(joiner)
    joiner.answer(call, failed=True)
    assert repeat(joiner).group != call.group


def test_repeats_over_and_over_stay_with_their_calls(joiner: Joiner, clock: FakeClock) -> None:
    calls = [first(joiner) for _ in range(3)]
    for retries in range(1, 6):
        clock.now += 20
        for call in calls:
            joiner.leave(call)
        clock.now += 1
        calls = [repeat(joiner, retries) for _ in calls]
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
        return None


def test_a_repeat_that_is_beaten_each_time_is_told_to_come_back(clock: FakeClock) -> None:
    joiner = Joiner(AlwaysBeaten(), clock, Random(7).choice)
    first(joiner)
    with pytest.raises(ThrottledError):
        repeat(joiner)


def test_a_clients_time_runs_from_when_its_post_came_in(
    joiner: Joiner, joins: MemoryJoins, clock: FakeClock
) -> None:
    """The handler came 2.5 s later, after a cold start: the client gives up 10 s after it sent."""
    received_at = clock()
    clock.now += 2.5
    call = joiner.open(TENANT, PRINT, Post(received_at), 9.5)
    assert (call.posted_at, call.leased_until) == (received_at, clock() + 9.5)
    clock.now += 7.5
    again = joiner.join(TENANT, PRINT, Post(clock()), 20, choose_resent)
    assert again is not None
    assert (again.group, again.posted_at) == (call.group, received_at + 10)


def test_a_call_that_was_stored_in_spite_of_an_error_is_its_clients_only_one(
    joiner: Joiner, joins: MemoryJoins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a later repeat of the client could take the other one, and pay for pictures of its own."""
    add = joins.add

    def added_and_lost(call: OpenCall) -> OpenCall:
        add(call)
        raise ThrottledError("the reply is lost")

    monkeypatch.setattr(joins, "add", added_and_lost)
    with pytest.raises(ThrottledError):
        first(joiner)
    monkeypatch.setattr(joins, "add", add)
    [call] = joins.all()
    assert repeat(joiner).group == call.group
    assert len(joins.all()) == 1


def test_a_call_that_could_not_be_stored_is_noted_as_refused(
    joiner: Joiner, joins: MemoryJoins, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, tries = joins.add, iter([True])

    def refused_once(call: OpenCall) -> OpenCall:
        if next(tries, False):
            raise ThrottledError("refused")
        return add(call)

    monkeypatch.setattr(joins, "add", refused_once)
    with pytest.raises(ThrottledError):
        first(joiner)
    [call] = joins.all()
    assert call.refused_at is not None
