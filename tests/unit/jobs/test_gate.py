"""The gate: open or closed, and one chain of ticks that is begun again when it is lost."""

from darkroom.jobs.backlog import Turns
from darkroom.jobs.gate import (
    LEASE_SECONDS,
    QUIET_SECONDS,
    RELEASE_PAUSE_SECONDS,
    WATCHED_SECONDS,
    Admission,
    Gate,
)
from darkroom.jobs.permits import PermitLimits

NOW = 1_760_000_000.0
LIMITS = PermitLimits(10, 2, 600)
EMPTY = Turns((), all_seen=True)


def closed() -> Gate:
    gate, admission = Gate().join(NOW)
    assert admission == Admission(False, beat=0)
    return gate


def places(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}#1#0000000000000#job_{number}" for number, name in enumerate(names))


def test_while_there_are_permits_a_job_takes_one_on_its_way() -> None:
    gate, first = Gate().take(NOW, LIMITS)
    gate, second = gate.take(NOW, LIMITS)
    assert first.granted
    assert second.granted
    assert not gate.line.closed


def test_whoever_finds_no_permit_closes_the_line_and_begins_the_ticks() -> None:
    gate = Gate(window=Gate().window.taken(NOW, LIMITS, 2))
    gate, admission = gate.take(NOW, LIMITS)
    assert admission == Admission(False, beat=0)
    assert gate.line.closed


def test_behind_a_closed_line_nobody_takes_a_permit_and_nobody_begins_a_second_chain() -> None:
    gate, admission = closed().take(NOW + 2, LIMITS)
    assert admission == Admission(False)
    assert gate.window == Gate().window


def test_within_a_second_of_another_a_job_that_comes_changes_nothing() -> None:
    assert closed().join(NOW + 0.9)[0] == closed()
    assert closed().join(NOW + 1.1)[0] != closed()


def test_a_tick_is_made_once_and_names_the_next() -> None:
    gate = closed()
    ticked = gate.tick(0, NOW + 1)
    assert ticked is not None
    assert ticked.tick(0, NOW + 1) is None
    assert ticked.tick(1, NOW + 2) is not None


def test_the_due_tick_is_sent_again_where_it_may_be_lost_and_not_before() -> None:
    assert closed().revive(NOW + LEASE_SECONDS - 1)[1] is None
    assert closed().revive(NOW + LEASE_SECONDS + 1)[1] == 0


def test_a_tick_that_was_only_late_counts_and_its_second_message_does_not() -> None:
    again, _ = closed().revive(NOW + LEASE_SECONDS + 1)
    late = again.tick(0, NOW + 30)
    assert late is not None
    assert late.tick(0, NOW + 31) is None


def test_however_late_the_ticks_are_and_however_many_join_one_is_made() -> None:
    """Behind a queue of minutes every message is older than the lease, and new jobs come all the time."""
    gate, sent = closed(), [(NOW, 0)]
    for second in range(1, 200):
        gate, admission = gate.join(NOW + second)
        sent += [] if admission.beat is None else [(NOW + second, admission.beat)]
    made = 0
    for _, beat in sent:
        ticked = gate.tick(beat, NOW + 300)
        made, gate = (made, gate) if ticked is None else (made + 1, ticked)
    assert len(sent) > 10
    assert made == 1


def test_a_gate_that_nobody_waits_at_needs_no_ticks() -> None:
    assert Gate().revive(NOW) == (Gate(), None)


def test_a_release_takes_a_permit_for_each_and_as_many_as_there_are() -> None:
    gate, released = closed().release(Turns(places("a", "b", "c"), all_seen=True), NOW, LIMITS)
    assert released.places == places("a", "b", "c")[:2]
    assert sum(gate.window.running.values()) == 2
    assert (gate.line.closed, gate.line.turn) == (True, "b")


def test_the_line_opens_when_the_last_in_sight_is_released() -> None:
    assert not closed().release(Turns(places("a"), all_seen=True), NOW, LIMITS)[0].line.closed
    assert closed().release(Turns(places("a"), all_seen=False), NOW, LIMITS)[0].line.closed
    assert not closed().release(EMPTY, NOW, LIMITS)[0].line.closed


def test_the_ticks_go_on_for_a_while_behind_the_last_job_and_then_end() -> None:
    gate, _ = closed().release(EMPTY, NOW, LIMITS)
    assert gate.rest(0, NOW + QUIET_SECONDS - 1) is None
    resting = gate.rest(0, NOW + QUIET_SECONDS)
    assert resting is not None
    assert resting.revive(NOW + 1_000)[1] is None
    assert resting.join(NOW + 1_000)[1] == Admission(False, beat=0)


def test_the_reconciler_looks_at_a_line_for_minutes_after_the_ticks_have_ended() -> None:
    resting = closed().release(EMPTY, NOW, LIMITS)[0].rest(0, NOW + QUIET_SECONDS)
    assert resting is not None
    assert resting.line.watched
    assert resting.revive(NOW + WATCHED_SECONDS - 1)[0].line.watched
    unwatched, _ = resting.revive(NOW + WATCHED_SECONDS)
    assert not unwatched.line.watched
    assert unwatched.revive(NOW + 2 * WATCHED_SECONDS) == (unwatched, None)
    assert unwatched.join(NOW + 1_000)[0].line.watched


def test_a_line_is_watched_while_there_are_ticks_however_long_ago_the_last_job_came() -> None:
    assert closed().revive(NOW + 2 * WATCHED_SECONDS)[0].line.watched


def test_the_ticks_do_not_end_while_jobs_wait_or_for_another_chain() -> None:
    assert closed().rest(0, NOW + 1_000) is None
    assert closed().release(EMPTY, NOW, LIMITS)[0].rest(1, NOW + 1_000) is None


def test_a_job_that_came_late_into_the_index_closes_the_line_again() -> None:
    gate, _ = closed().release(EMPTY, NOW, LIMITS)
    gate, _ = gate.release(Turns(places("a", "b", "c"), all_seen=True), NOW + 1, LIMITS)
    assert gate.line.closed


def test_a_task_that_ends_lets_others_in_only_where_some_wait_and_not_too_often() -> None:
    full, _ = closed().release(Turns(places("a", "a", "a"), all_seen=True), NOW, LIMITS)
    freed = full.give_back(NOW, LIMITS)
    assert not full.may_release(NOW + 1, LIMITS)
    assert not freed.may_release(NOW + RELEASE_PAUSE_SECONDS / 2, LIMITS)
    assert freed.may_release(NOW + RELEASE_PAUSE_SECONDS, LIMITS)
    assert not Gate().may_release(NOW, LIMITS)


def test_a_renewed_permit_passes_those_that_wait() -> None:
    gate, _ = closed().release(Turns(places("a", "a", "a"), all_seen=True), NOW, LIMITS)
    assert gate.renew(NOW, NOW + 30, LIMITS)[1].granted
    assert not gate.hold(NOW + 60).renew(NOW, NOW + 30, LIMITS)[1].granted
