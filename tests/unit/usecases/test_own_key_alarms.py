"""What befalls a tenant's own account is counted apart from what the operator's alarms stand on."""

from darkroom.jobs.account import Account
from darkroom.jobs.job import Job
from darkroom.jobs.upstream import Ambiguous, Created, KeyRefused, NotCreated
from memory.world import TENANT, World, a_request

OWN = Account(TENANT, payers=("acme",), own_upstream_key=True)


def accept(world: World, **changes: object) -> Job:
    return world.acceptor.accept(OWN, a_request(**changes)).job


ALARMS = ("UpstreamRefused", "SubmissionUnknown", "OrphanCharge", "DuplicateCharge")


def test_a_refused_own_key_does_not_raise_the_operators_alarm(world: World) -> None:
    world.upstreams.register(TENANT).script_submit(KeyRefused("HTTP 401"))
    accept(world)
    world.work()
    assert world.telemetry.counts["UpstreamRefused"] == 0
    assert ("OwnKeyRefused", {"tenant": TENANT, "reason": "HTTP 401"}) in world.telemetry.events


def test_a_task_of_an_own_account_that_no_job_counts_on_is_not_the_operators_alarm(world: World) -> None:
    world.upstreams.register(TENANT).script_submit(NotCreated("connect_failed"))
    given_up = accept(world)
    world.work()
    world.callback(given_up, "pred-x", attempt_id="att_first")
    job = accept(world)
    world.work()
    world.callback(job, "pred-other")
    counts = world.telemetry.counts
    assert (counts["OwnKeyOrphanCharge"], counts["OwnKeyDuplicateCharge"]) == (1, 1)
    assert [counts[name] for name in ALARMS] == [0] * 4


def test_a_reply_that_names_another_task_of_an_own_account_is_not_the_operators_alarm(world: World) -> None:
    own = world.upstreams.register(TENANT)
    job = accept(world)
    submit = own.submit

    def other(model: str, inputs: object, webhook_url: str | None) -> object:
        submit(model, inputs, webhook_url)  # type: ignore[arg-type]
        world.callback(job, "pred-1")
        return Created("pred-2")

    own.submit = other  # type: ignore[assignment,method-assign]
    world.work()
    assert world.telemetry.counts["OwnKeyDuplicateCharge"] == 1
    assert [world.telemetry.counts[name] for name in ALARMS] == [0] * 4


def test_a_doubt_on_an_own_account_that_stays_is_not_the_operators_alarm(world: World) -> None:
    world.upstreams.register(TENANT).script_submit(Ambiguous("ReadTimeout"))
    accept(world)
    world.run(700)
    counts = world.telemetry.counts
    assert (counts["OwnKeyAmbiguousCharge"], counts["OwnKeySubmissionUnknown"]) == (1, 1)
    assert [counts[name] for name in ALARMS] == [0] * 4
