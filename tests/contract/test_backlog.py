"""What every backlog does, and the release that empties it: in memory and on DynamoDB."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from darkroom.aws.backlog import DynamoBacklog
from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.backlog import Turns, next_turns, place_of
from darkroom.jobs.gate import QUIET_SECONDS, WATCHED_SECONDS
from darkroom.jobs.job import Attempt, Job, Terms
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import Priority
from darkroom.ports import Backlog, JobChangedError, JobsTable, Permits, ThrottledError
from memory.backlog import MemoryBacklog
from memory.jobs import a_job
from memory.jobs_table import MemoryJobsTable
from memory.permits import MemoryPermits

NOW = 1_760_000_000.5
DUE = NOW + 120
LIMITS = PermitLimits(images_per_minute=100, concurrent_tasks=5, slot_seconds=600)


@dataclass
class Stack:
    jobs: JobsTable
    permits: Permits
    backlog: Backlog
    another: Callable[[], Permits]
    """The same account's permits, of another process."""

    def wait(self, *jobs: Job) -> list[str]:
        """Their places, in the jobs' order."""
        for job in jobs:
            self.jobs.add(job)
            self.jobs.save(self.get(job).wait())
        return [place_of(job) for job in jobs]

    def get(self, job: Job) -> Job:
        stored = self.jobs.get(job.tenant, job.id)
        assert stored is not None
        return stored

    def waiting(self) -> list[str]:
        return list(self.backlog.waiting("default", "", 100))

    def running(self) -> int:
        return sum(self.permits.gate(NOW + 10).window.running.values())


@pytest.fixture(params=["memory", "dynamodb"])
def stack(request: pytest.FixtureRequest) -> Stack:
    if request.param == "memory":
        table = MemoryJobsTable()
        permits = MemoryPermits(LIMITS, table)
        return Stack(table, permits, MemoryBacklog(table, {"default": permits}), lambda: permits)
    client = request.getfixturevalue("clients").dynamodb
    name = request.getfixturevalue("jobs_table_name")
    jobs = DynamoJobsTable(client, name, 30, request.getfixturevalue("accounts_table_name"))

    def another() -> Permits:
        return DynamoPermits(client, name, LIMITS, sleep=lambda seconds: None)

    return Stack(jobs, another(), DynamoBacklog(client, name), another)


NOBODY = Turns((), all_seen=True)


def all_of(*places: str) -> Turns:
    return Turns(tuple(places), all_seen=True)


def test_only_jobs_that_wait_are_in_the_backlog(stack: Stack) -> None:
    stack.jobs.add(a_job(1))
    places = stack.wait(a_job(2), a_job(3))
    assert stack.waiting() == places


def test_the_order_is_that_of_tenant_priority_and_age(stack: Stack) -> None:
    low, later, high = (
        a_job(1, priority=Priority.LOW),
        a_job(3),
        a_job(4, priority=Priority.HIGH),
    )
    stack.wait(low, later, high, a_job(2), a_job(1, tenant="a-b"))
    order = [high, a_job(2), later, low]
    assert stack.waiting() == [place_of(a_job(1, tenant="a-b")), *map(place_of, order)]


def test_reading_goes_on_behind_a_place_and_stops_at_the_limit(stack: Stack) -> None:
    places = stack.wait(*(a_job(n) for n in range(5)))
    assert stack.backlog.waiting("default", places[1], 2) == places[2:4]
    assert stack.backlog.waiting("default", "acme$", 2) == []


def test_each_account_has_a_backlog_of_its_own(stack: Stack) -> None:
    own = a_job(1, terms=Terms(None, own_upstream_key=True))
    stack.wait(own, a_job(2))
    assert stack.backlog.waiting("tenant/acme", "", 9) == [place_of(own)]
    assert stack.waiting() == [place_of(a_job(2))]


def test_those_that_wait_are_counted_up_to_a_bound(stack: Stack) -> None:
    stack.wait(*(a_job(n) for n in range(5)), a_job(1, tenant="globex"))
    assert stack.backlog.count("default", 100) == 6
    assert stack.backlog.count("default", 4) == 4
    assert stack.backlog.count("tenant/acme", 100) == 0


def test_a_released_job_is_out_of_the_backlog_and_carries_its_permit(stack: Stack) -> None:
    [place] = stack.wait(a_job())
    released = stack.permits.release(all_of(place), NOW, DUE)
    assert (released.places, released.permit_at) == ((place,), NOW)
    job = stack.get(a_job())
    assert (job.waiting, job.permit_at, job.due_at) == (False, NOW, DUE)
    assert stack.waiting() == []
    assert stack.running() == 1


def test_no_more_are_released_than_there_are_permits(stack: Stack) -> None:
    places = stack.wait(*(a_job(n) for n in range(8)))
    assert stack.permits.release(all_of(*places), NOW, DUE).places == tuple(places[:5])
    assert stack.permits.release(all_of(*places[5:]), NOW, DUE).places == ()
    assert stack.waiting() == places[5:]


def test_two_that_release_the_same_jobs_release_each_once(stack: Stack) -> None:
    places = stack.wait(*(a_job(n) for n in range(3)))
    first = stack.permits.release(all_of(*places[:2]), NOW, DUE)
    second = stack.another().release(all_of(*places), NOW + 1, DUE)
    assert (first.places, second.places) == (tuple(places[:2]), (places[2],))
    assert stack.running() == 3


def test_a_job_that_was_cancelled_takes_no_permit(stack: Stack) -> None:
    places = stack.wait(a_job(1), a_job(2))
    stack.jobs.save(stack.get(a_job(1)).cancelled(NOW))
    assert stack.permits.release(all_of(*places), NOW, DUE).places == (places[1],)
    assert stack.running() == 1
    assert stack.get(a_job(1)).permit_at is None


def test_a_job_released_since_it_was_read_cannot_be_saved_over(stack: Stack) -> None:
    [place] = stack.wait(a_job())
    stale = stack.get(a_job())
    stack.permits.release(all_of(place), NOW, DUE)
    with pytest.raises(JobChangedError) as conflict:
        stack.jobs.save(stale.cancelled(NOW))
    assert conflict.value.current is not None
    assert conflict.value.current.permit_at == NOW


def test_a_job_that_waits_again_has_its_old_place(stack: Stack) -> None:
    [place] = stack.wait(a_job())
    stack.permits.release(all_of(place), NOW, DUE)
    job = stack.get(a_job())
    stack.jobs.save(
        replace(job.submitting(Attempt("att_1", NOW, 7, NOW)).requeued(NOW), permit_at=None).wait()
    )
    assert stack.waiting() == [place]
    assert stack.permits.release(all_of(place), NOW + 1, DUE).places == (place,)


def test_an_account_is_known_from_the_first_job_that_waits_until_long_after_the_last(stack: Stack) -> None:
    assert stack.backlog.accounts() == []
    assert stack.permits.join(NOW).beat == 0
    assert stack.backlog.accounts() == ["default"]
    stack.permits.release(NOBODY, NOW, DUE)
    assert stack.permits.rest(0, NOW + 60, NOW + 60)
    assert stack.permits.revive(NOW + 61) is None
    assert stack.backlog.accounts() == ["default"]
    assert stack.another().revive(NOW + WATCHED_SECONDS) is None
    assert stack.backlog.accounts() == []


def test_the_ticks_end_on_what_was_seen_and_not_on_the_time_that_it_is(stack: Stack) -> None:
    stack.permits.join(NOW)
    stack.permits.release(NOBODY, NOW, DUE)
    assert not stack.permits.rest(0, NOW + QUIET_SECONDS - 1, NOW + 60)
    assert stack.permits.rest(0, NOW + QUIET_SECONDS, NOW + 60)


def test_those_that_wait_no_more_are_named_and_leave_the_line_open(stack: Stack) -> None:
    places = stack.wait(a_job(1), a_job(2))
    stack.permits.join(NOW)
    for job in (a_job(1), a_job(2)):
        stack.jobs.save(stack.get(job).cancelled(NOW))
    released = stack.permits.release(all_of(*places), NOW, DUE)
    assert (released.places, released.refused) == ((), tuple(places))
    assert not stack.another().gate(NOW).line.closed


def test_a_release_names_those_that_it_passed_by(stack: Stack) -> None:
    places = stack.wait(a_job(1), a_job(2))
    stack.jobs.save(stack.get(a_job(1)).cancelled(NOW))
    released = stack.permits.release(all_of(*places), NOW, DUE)
    assert (released.places, released.refused) == ((places[1],), (places[0],))


def test_where_there_are_no_permits_those_that_wait_are_left_and_no_tick_is_named(stack: Stack) -> None:
    """Another process has taken the last permit since this one looked."""
    places = stack.wait(a_job(1), a_job(2))
    stack.permits.join(NOW)
    stack.permits.hold(NOW + 90, NOW)
    released = stack.permits.release(all_of(*places), NOW + 60, DUE)
    assert (released.places, released.refused) == ((), ())
    assert stack.waiting() == places
    if released.beat is not None:  # a tick that is named is the one due
        assert stack.another().tick(released.beat, NOW + 60)
    assert stack.another().gate(NOW + 60).line.closed


def test_a_tick_is_made_once_whichever_process_gets_it(stack: Stack) -> None:
    stack.permits.join(NOW)
    assert [permits.tick(0, NOW) for permits in (stack.another(), stack.permits)] == [True, False]
    assert stack.another().tick(1, NOW)


def test_a_tick_that_may_be_lost_is_sent_again_by_one(stack: Stack) -> None:
    stack.permits.join(NOW)
    assert [permits.revive(NOW + 60) for permits in (stack.another(), stack.permits)] == [0, None]


def test_a_429_narrows_for_all_processes(stack: Stack) -> None:
    another = stack.another()
    another.gate(NOW)
    stack.permits.take(NOW)
    stack.permits.narrow(NOW, NOW + 1, NOW + 1)
    window = another.gate(NOW + 3).window
    assert window.share == pytest.approx(0.16)
    assert window.room(NOW + 3, LIMITS) == 0


def test_a_round_of_turns_is_found_and_released(stack: Stack) -> None:
    stack.wait(*(a_job(n, tenant=tenant) for tenant in ("acme", "globex") for n in range(6)))
    turns = next_turns(lambda after, limit: stack.backlog.waiting("default", after, limit), "acme", 4)
    released = stack.permits.release(turns, NOW, DUE)
    assert [place.partition("#")[0] for place in released.places] == ["globex", "acme", "globex", "acme"]
    assert stack.permits.gate(NOW + 5).line.turn == "acme"


def test_a_release_whose_reply_was_lost_is_known_as_made(clients: Clients, jobs_table_name: str) -> None:
    from botocore.exceptions import ReadTimeoutError

    class Lossy:
        def transact_write_items(self, **request: object) -> None:
            clients.dynamodb.transact_write_items(**request)  # type: ignore[arg-type]
            raise ReadTimeoutError(endpoint_url="https://dynamodb.test")

        def __getattr__(self, name: str) -> object:
            return getattr(clients.dynamodb, name)

    jobs = DynamoJobsTable(clients.dynamodb, jobs_table_name, 30, "none")
    jobs.add(a_job())
    stored = jobs.get("acme", a_job().id)
    assert stored is not None
    jobs.save(stored.wait())
    lossy = DynamoPermits(Lossy(), jobs_table_name, LIMITS)  # type: ignore[arg-type]
    assert lossy.release(all_of(place_of(a_job())), NOW, DUE).places == (place_of(a_job()),)
    released = jobs.get("acme", a_job().id)
    assert released is not None
    assert released.permit_at == NOW
    permits = DynamoPermits(clients.dynamodb, jobs_table_name, LIMITS)
    assert sum(permits.gate(NOW).window.running.values()) == 1


def test_a_release_that_was_never_made_is_not_taken_for_one(clients: Clients, jobs_table_name: str) -> None:
    from botocore.exceptions import ReadTimeoutError

    class Dead:
        def transact_write_items(self, **request: object) -> None:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.test")

        def __getattr__(self, name: str) -> object:
            return getattr(clients.dynamodb, name)

    DynamoPermits(clients.dynamodb, jobs_table_name, LIMITS).take(NOW)
    dead = DynamoPermits(Dead(), jobs_table_name, LIMITS)  # type: ignore[arg-type]
    with pytest.raises(ThrottledError):
        dead.release(all_of(place_of(a_job())), NOW, DUE)
