"""What a job's own items cost on its way: one unit a write, and an index only where its place in it changes.

DynamoDB's rules (`write_units`), on every write that the use cases make of a job in memory.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from darkroom.aws.attributes import Item
from darkroom.aws.job_items import request_item, result_item, state_item
from darkroom.jobs.job import Job
from darkroom.jobs.permits import PermitLimits
from memory.permits import MemoryPermits
from memory.sender import answered
from memory.world import OUTPUT_URL, World
from unit.aws.write_units import index_units, write_units

NOTHING: Item = {}


@dataclass
class Meter:
    """Every version of the job that is stored, as (status, units of the items, units of the indexes)."""

    world: World
    writes: list[tuple[str, int, dict[str, int]]] = field(default_factory=list)
    _standing: Item = field(default_factory=dict)

    def __post_init__(self) -> None:
        put, self.world.jobs._put = self.world.jobs._put, self._put  # type: ignore[method-assign]
        self._really_put: Callable[[Job], None] = put

    def _put(self, job: Job) -> None:
        stored = replace(job, revision="r" * 12)
        state, result = state_item(stored, 30), result_item(stored, 30)
        units, indexes = write_units(state), index_units(self._standing, state)
        if not self._standing:
            units += write_units(request_item(stored, 30))
            indexes |= index_units(NOTHING, request_item(stored, 30))
        units += write_units(result) if result else 0
        self.writes.append((job.status, units, indexes))
        self._standing = state
        self._really_put(job)

    def complete(self, *, webhook: bool = True) -> None:
        self.world.clock.now = 1_795_173_841.203456
        changes = {} if webhook else {"webhook_url": None}
        job = self.world.accept(**changes)
        self.world.run(70)
        self.world.upstream.finish("pred-1", OUTPUT_URL)
        self.world.callback(job)
        self.world.run(40 * 3600)


def test_the_usual_job_is_five_writes_of_one_unit_each_and_the_request() -> None:
    meter = Meter(World())
    meter.complete()
    assert meter.writes == [
        ("queued", 2, {"by_due": 1, "by_tenant": 1}),  # request and state: what changes stays small
        ("submitting", 1, {}),  # the intent, before the paid POST
        ("processing", 1, {}),  # upstream's id
        ("completed", 1, {}),  # the end, before its webhook
        ("completed", 1, {"by_due": 1}),  # delivered: nothing is due any more
    ]


def test_without_a_webhook_it_is_one_write_less() -> None:
    meter = Meter(World())
    meter.complete(webhook=False)
    assert [units for _, units, _ in meter.writes] == [2, 1, 1, 1]
    assert meter.writes[-1] == ("completed", 1, {"by_due": 1})


def test_a_wait_in_the_line_is_two_writes_more() -> None:
    meter = Meter(World(permits=MemoryPermits(PermitLimits(1, 5, 600))))
    meter.world.clock.now = 1_795_173_841.0
    meter.world.permits.take(meter.world.clock())
    meter.complete()
    joined, released = meter.writes[1:3]
    assert joined == ("queued", 1, {"by_due": 2, "by_backlog": 1})
    assert released == ("queued", 1, {"by_due": 2, "by_backlog": 1})
    assert len(meter.writes) == 7


def test_each_attempt_of_the_webhook_is_one_write_of_one_unit() -> None:
    meter = Meter(World())
    meter.world.sender.script(*[answered(500)] * 8)
    meter.complete()
    attempts = meter.writes[4:]
    assert len(attempts) == 8
    assert {units for _, units, _ in attempts} == {1}
    assert [indexes for *_, indexes in attempts] == [{"by_due": 2}] * 7 + [{"by_due": 1}]
