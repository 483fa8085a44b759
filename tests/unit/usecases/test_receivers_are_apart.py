"""A receiver that never answers, with 2,000 deliveries at once, delays no other tenant's webhooks.

The tenant `loud` has that receiver; `quiet` has a delivery each half second to one that answers.
"""

import pytest

from darkroom.jobs.delivery import DeliveryAttempt
from simulation import scheduler
from simulation.scheduler import START
from unit.usecases.lanes import Deliveries, Lambdas

LOUD, QUIET = 2_000, 600
QUIET_SECONDS = QUIET / 2
REFUSED = DeliveryAttempt(START - 5, 12, 500, "http_status")
UNANSWERED = DeliveryAttempt(START - 5, 3_000, None, "deadline")
ULTRA_SECONDS = LOUD / 5_000 * 60
"""In which so many jobs end at the highest tier's rate."""


@pytest.fixture(autouse=True)
def _long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "MOST_STEPS", 200_000)


def put(
    to: Deliveries, queue: Lambdas, tenant: str, count: int, seconds: float, last: DeliveryAttempt | None
) -> None:
    for number in range(count):
        at = START + seconds * number / count
        queue.put(to.add(tenant, number, at, last), at)


def p99(world: Deliveries, seconds: float = QUIET_SECONDS + 60) -> float:
    delays = world.run(seconds)
    assert len(delays) == QUIET, "not all were delivered"
    return delays[round(0.99 * QUIET) - 1]


@pytest.mark.parametrize("last", [UNANSWERED, REFUSED, None])
def test_a_receiver_that_hangs_delays_no_other_tenants_webhook(last: DeliveryAttempt | None) -> None:
    """Whether its deliveries are known to be slow already, or not."""
    world = Deliveries()
    put(world, world.quick_lane, "loud", LOUD, 0, last)
    put(world, world.quick_lane, "quiet", QUIET, QUIET_SECONDS, REFUSED)
    assert p99(world) <= 2
    assert world.receivers.dials >= LOUD  # and it has its attempts


def test_without_the_slow_lane_they_would_wait_for_minutes() -> None:
    world = Deliveries(lanes=False)
    put(world, world.quick_lane, "loud", LOUD, 0, UNANSWERED)
    put(world, world.quick_lane, "quiet", QUIET, QUIET_SECONDS, REFUSED)
    assert p99(world, 1_000) > 120


def test_first_attempts_at_a_receiver_that_hangs_leave_the_pollers_to_others() -> None:
    world = Deliveries()
    put(world, world.pollers, "loud", LOUD, ULTRA_SECONDS, None)
    put(world, world.pollers, "quiet", QUIET, QUIET_SECONDS, None)
    assert p99(world) <= 2


def test_in_the_slow_lane_a_tenant_waits_for_one_attempt_of_anothers_at_most() -> None:
    """That is what SQS's fair queues are for."""
    world = Deliveries(fair=True)
    put(world, world.slow_lane, "loud", LOUD, 0, UNANSWERED)
    put(world, world.slow_lane, "quiet", QUIET, QUIET_SECONDS, UNANSWERED)
    assert p99(world) <= 16
