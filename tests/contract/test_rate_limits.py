"""What every RateLimits does: the fake, and the one on DynamoDB."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.rate_limits import DynamoRateLimits
from darkroom.jobs.rate_window import RateTaken
from darkroom.ports import RateLimits
from memory.rate_limits import MemoryRateLimits

MINUTE = 1_760_000_040.0
"""The beginning of one."""


@pytest.fixture(params=["memory", "dynamodb"])
def rate_limits(request: pytest.FixtureRequest) -> RateLimits:
    if request.param == "memory":
        return MemoryRateLimits()
    request.getfixturevalue("accounts_table_name")
    return DynamoRateLimits(request.getfixturevalue("clients").dynamodb, "accounts")


def test_so_many_are_allowed_and_no_more(rate_limits: RateLimits) -> None:
    taken = [rate_limits.take("acme", 3, MINUTE + second) for second in range(5)]
    assert [each.allowed for each in taken] == [True, True, True, False, False]
    assert [each.remaining for each in taken] == [2, 1, 0, 0, 0]
    assert {each.limit for each in taken} == {3}


def test_each_tenant_has_its_own(rate_limits: RateLimits) -> None:
    assert rate_limits.take("acme", 1, MINUTE).allowed
    assert rate_limits.take("globex", 1, MINUTE).allowed
    assert not rate_limits.take("acme", 1, MINUTE).allowed


def test_a_minute_used_up_gives_way_slowly(rate_limits: RateLimits) -> None:
    for _ in range(6):
        assert rate_limits.take("acme", 6, MINUTE + 50).allowed
    assert not rate_limits.take("acme", 6, MINUTE + 60).allowed
    assert rate_limits.take("acme", 6, MINUTE + 71).allowed
    assert not rate_limits.take("acme", 6, MINUTE + 72).allowed
    assert rate_limits.take("acme", 6, MINUTE + 81).allowed


def test_after_two_quiet_minutes_all_is_forgotten(rate_limits: RateLimits) -> None:
    for _ in range(4):
        rate_limits.take("acme", 4, MINUTE)
    assert rate_limits.take("acme", 4, MINUTE + 180) == RateTaken(True, 4, 3, 60)


def test_the_wait_that_is_told_is_enough_and_not_a_second_too_long(rate_limits: RateLimits) -> None:
    for second in range(10):
        rate_limits.take("acme", 10, MINUTE + second)
    refused = rate_limits.take("acme", 10, MINUTE + 15)
    assert not refused.allowed
    assert not rate_limits.take("acme", 10, MINUTE + 15 + refused.reset_seconds - 1).allowed
    assert rate_limits.take("acme", 10, MINUTE + 15 + refused.reset_seconds).allowed


def test_the_wait_within_a_minute_is_enough_too(rate_limits: RateLimits) -> None:
    for _ in range(10):
        rate_limits.take("acme", 10, MINUTE + 30)
    refused = rate_limits.take("acme", 10, MINUTE + 61)
    assert not rate_limits.take("acme", 10, MINUTE + 61 + refused.reset_seconds - 1).allowed
    assert rate_limits.take("acme", 10, MINUTE + 61 + refused.reset_seconds).allowed


def test_a_refused_request_is_not_counted(rate_limits: RateLimits) -> None:
    for _ in range(50):
        rate_limits.take("acme", 2, MINUTE + 59)
    assert rate_limits.take("acme", 2, MINUTE + 90).allowed


def test_a_limit_that_is_lowered_holds_at_once(rate_limits: RateLimits) -> None:
    for _ in range(5):
        rate_limits.take("acme", 9, MINUTE)
    assert not rate_limits.take("acme", 4, MINUTE + 1).allowed
    assert rate_limits.take("acme", 9, MINUTE + 1).remaining == 3


def test_a_clock_that_lags_behind_stays_in_the_minute_that_has_begun(rate_limits: RateLimits) -> None:
    rate_limits.take("acme", 2, MINUTE + 60)
    assert rate_limits.take("acme", 2, MINUTE + 59).allowed
    assert not rate_limits.take("acme", 2, MINUTE + 61).allowed


class Counted:
    """Counts the writes; `real`'s conditional updates are made atomic, which moto's are not under threads."""

    def __init__(self, real: Any, lock: Any) -> None:
        self._real = real
        self._lock = lock
        self.writes = 0

    def update_item(self, **request: Any) -> Any:
        with self._lock:
            self.writes += 1
            return self._real.update_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.fixture
def counted(clients: Clients, accounts_table_name: str) -> Counted:
    return Counted(clients.dynamodb, threading.Lock())


def test_one_write_counts_a_request_and_none_refuses_it(counted: Counted) -> None:
    limits = DynamoRateLimits(counted, "accounts")  # type: ignore[arg-type]  # as much of a client as is used
    for second in range(5):
        limits.take("acme", 3, MINUTE + second)
    assert counted.writes == 3


def test_two_processes_see_each_others_requests(counted: Counted) -> None:
    here, there = (DynamoRateLimits(counted, "accounts") for _ in range(2))  # type: ignore[arg-type]  # likewise
    taken = [process.take("acme", 5, MINUTE + 1).allowed for process in (here, there) * 4]
    assert sum(taken) == 5


@pytest.mark.parametrize("rolls", [False, True])
def test_many_threads_of_two_processes_never_pass_the_limit(counted: Counted, rolls: bool) -> None:
    processes = [DynamoRateLimits(counted, "accounts") for _ in range(2)]  # type: ignore[arg-type]  # likewise

    def take(number: int) -> bool:
        now = MINUTE + (70 if rolls and number >= 40 else 0)
        return processes[number % 2].take("acme", 20, now).allowed

    with ThreadPoolExecutor(16) as threads:
        allowed = list(threads.map(take, range(80)))
    assert sum(allowed[:40]) == 20
    assert sum(allowed) == (23 if rolls else 20)  # a sixth of the minute later a sixth of the limit is free
