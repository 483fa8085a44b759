"""The gate: open or closed, and one chain of ticks that is begun again when it is lost."""

from darkroom.jobs.backlog import Turns
from darkroom.jobs.gate import LEASE_SECONDS, QUIET_SECONDS, RELEASE_PAUSE_SECONDS, Admission, Gate
from darkroom.jobs.permits import PermitLimits

NOW = 1_760_000_000.0
LIMITS = PermitLimits(10, 2, 600)
EMPTY = Turns((), all_seen=True)


def closed() -> Gate:
    gate, admission = Gate().join(NOW)
    assert admission == Admission(False, beat=1)
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
    assert admission == Admission(False, beat=1)
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
    ticked = gate.tick(1, NOW + 1)
    assert ticked is not None
    assert ticked.tick(1, NOW + 1) is None
    assert ticked.tick(2, NOW + 2) is not None


def test_a_chain_that_is_alive_is_not_begun_again_and_a_lost_one_is() -> None:
    assert closed().revive(NOW + LEASE_SECONDS - 1)[1] is None
    gate, beat = closed().revive(NOW + LEASE_SECONDS + 1)
    assert beat == 2
    assert gate.tick(1, NOW + 30) is None


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
    assert gate.rest(1, NOW + QUIET_SECONDS - 1) is None
    resting = gate.rest(1, NOW + QUIET_SECONDS)
    assert resting is not None
    assert resting.revive(NOW + 1_000)[1] is None
    assert resting.join(NOW + 1_000)[1] == Admission(False, beat=2)


def test_the_ticks_do_not_end_while_jobs_wait_or_for_another_chain() -> None:
    assert closed().rest(1, NOW + 1_000) is None
    assert closed().release(EMPTY, NOW, LIMITS)[0].rest(2, NOW + 1_000) is None


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
