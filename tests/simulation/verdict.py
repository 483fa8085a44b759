"""What must hold when all faults have ended and nothing is left to happen."""

from collections import Counter
from collections.abc import Sequence

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.money import payers_of
from darkroom.ports import JobKey, ThrottledError
from darkroom.webhooks.schedule import BASE_DELAYS_SECONDS
from memory.permits import MemoryPermits
from simulation.world import World

_REFUSED = (ErrorCode.MODERATION_REFUSED, ErrorCode.UPSTREAM_REJECTED)


def judge_the_end(world: World, called_back: Sequence[tuple[JobKey, str]]) -> None:
    """`called_back`: of which jobs' tasks upstream has told us."""
    for job in world.table.all():
        _job_ended(world, job)
        _delivered(world, job)
    _charges(world)
    for key, prediction_id in called_back:
        _known(world, key, prediction_id)
    _budgets(world)
    _slots(world)
    _edges(world)
    for queue in (world.jobs_queue, world.webhook_queue, world.slow_queue):
        world.judge.require(queue.is_empty, "no message is left", queue.name)


def _job_ended(world: World, job: Job) -> None:
    require = world.judge.require
    require(job.status.terminal, "an accepted job ends", job.id, job.status)
    if job.failure is not None and job.failure.code in _REFUSED:
        refused = job.attempt is not None and job.attempt.id in world.posts.refused
        require(refused, "only a request that was refused fails so", job.id, job.failure.code)
    if job.status is JobStatus.COMPLETED:
        require(job.billed is Billed.YES, "a completed job is billed", job.id)
    require(not job.holds_slot, "an ended job holds no slot for ever", job.id)


def _delivered(world: World, job: Job) -> None:
    require, delivery = world.judge.require, job.delivery
    if job.request.webhook_url is None:
        require(delivery.status is DeliveryStatus.NONE, "nobody asked for a webhook", job.id)
        return
    ended = (DeliveryStatus.DELIVERED, DeliveryStatus.EXHAUSTED)
    require(delivery.status in ended, "a webhook is delivered or exhausted", job.id, delivery.status)
    if delivery.status is DeliveryStatus.DELIVERED:
        require(world.sent.taken[job.id] > 0, "delivered is what the receiver took", job.id)
    else:
        gone = delivery.attempts[-1].status_code == 410
        all_made = delivery.made == len(BASE_DELAYS_SECONDS)
        require(gone or all_made, "given up only after the whole schedule", job.id, delivery.made)


def _charges(world: World) -> None:
    """What upstream charges for shows in a record, and what it refunds is not called spent."""
    judge = world.judge
    doubled = {
        made.attempt_id for made in judge.made.values() if made.second
    }  # only an alarm can tell of one
    for made in judge.made.values():
        if made.attempt_id in doubled:
            continue
        key, _ = judge.intents[made.attempt_id]
        job = judge.jobs[key]
        if not made.fails and made.deleted_at is None:
            judge.require(job.billed is not Billed.NO, "no charge that no record shows", job.id, made.id)
        if made.fails and job.failure is not None and job.failure.code is ErrorCode.UPSTREAM_FAILED:
            judge.require(job.billed is Billed.NO, "a failed task is refunded", job.id, made.id)


def _known(world: World, key: JobKey, prediction_id: str) -> None:
    """A task that we were told of is its job's, or an alarm has named it."""
    named = {fields.get("prediction_id") for _, fields in world.telemetry.events}
    job = world.judge.jobs.get(key)
    its_own = job is not None and job.prediction_id == prediction_id
    world.judge.require(its_own or prediction_id in named, "an alarm for each other charge", prediction_id)


def _budgets(world: World) -> None:
    spent: Counter[str] = Counter()
    for job in world.table.all():
        for payer in payers_of(job):
            spent[payer] += (job.price_microusd or 0) if job.billed is not Billed.NO else 0
    for tenant in world.plan.caps:
        budget = world.budgets.read(tenant)
        assert budget is not None
        world.judge.require(budget.reserved == 0, "nothing stays reserved", tenant, budget)
        world.judge.require(budget.spent == spent[tenant], "spent is what was charged", budget, spent[tenant])


def _edges(world: World) -> None:
    """At its outermost edges the reconciler goes on after any error: only AWS's are expected there."""
    for name, fields in world.telemetry.events:
        if name in ("WatchFailed", "ReconcileFailed"):
            expected = fields["error"] == ThrottledError.__name__
            world.judge.require(expected, "an error that nobody expects", name, fields["error"])


def _slots(world: World) -> None:
    """Each slot comes back, but for those whose giving back was lost with a process or a write."""
    for account, permits in world.accounts.permits.items():
        assert isinstance(permits, MemoryPermits)
        lost = permits.running
        world.judge.require(lost <= world.effects.failed, "slots come back", account, f"{lost} are not free")
