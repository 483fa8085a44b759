from dataclasses import replace

from darkroom.jobs.joins import OpenCall, Post, call_fingerprint, choose_repeated, choose_resent, is_joinable
from memory.world import a_request

NOW = 10_000.0
REPEAT = Post(NOW, retries=1)
RESENT = Post(NOW)


def a_call(group: str, **changes: float | bool | None) -> OpenCall:
    """Came in 25 s ago, and its handler left it 5 s ago."""
    call = OpenCall("acme", "f", group, started_at=NOW - 25, posted_at=NOW - 25, leased_until=NOW - 5)
    return replace(call, **changes)  # type: ignore[arg-type]  # a test names real fields


def test_a_repeat_of_nothing_known_joins_nothing() -> None:
    assert choose_repeated([], REPEAT) == []


def test_any_of_the_clients_about_to_come_back_may_have_come() -> None:
    first, second = a_call("first", leased_until=NOW - 2), a_call("second", leased_until=NOW - 1)
    calls = [a_call("given up", leased_until=NOW - 11), first, second]
    assert choose_repeated([*calls, a_call("at work", leased_until=NOW + 10)], REPEAT) == [first, second]


def test_of_calls_left_long_ago_the_last_is_joined() -> None:
    """An older one may have been given up, and nothing of it need have been paid."""
    last = a_call("last", leased_until=NOW - 11)
    assert choose_repeated([a_call("given up", leased_until=NOW - 60), last], REPEAT) == [last]


def test_a_repeat_joins_a_call_at_work_if_none_is_left() -> None:
    """Its client may have given up on an answer that is still being made."""
    calls = [a_call("one", leased_until=NOW + 9), a_call("other", leased_until=NOW + 1)]
    assert choose_repeated(calls, REPEAT) == calls


def test_a_call_that_has_seen_as_many_repeats_is_anothers() -> None:
    """This one's first try never came in."""
    others = [a_call("left", retries=1), a_call("at work", retries=2, leased_until=NOW + 9)]
    assert choose_repeated([*others, a_call("done", retries=1, answered_at=NOW - 1)], REPEAT) == []


def test_a_call_that_waits_for_this_very_repeat_comes_first() -> None:
    mine = a_call("mine", retries=1, leased_until=NOW + 9)
    other, second = a_call("other", retries=0), Post(NOW, retries=2)
    assert choose_repeated([other, mine], second) == [mine]
    assert choose_repeated([other, replace(mine, retries=2)], second) == [other]


def test_a_call_left_before_comes_before_an_answer_that_may_be_anothers() -> None:
    """The repeat in between never came in."""
    left, answered = a_call("left"), a_call("done", retries=1, answered_at=NOW - 1)
    assert choose_repeated([left, answered], Post(NOW, retries=2)) == [left]


def test_who_was_answered_with_an_error_does_not_come_back() -> None:
    assert is_joinable(a_call("done").answered(NOW - 1), NOW)
    assert not is_joinable(a_call("failed").answered(NOW - 1, failed=True), NOW)


def test_a_refused_call_comes_before_any_that_is_surely_anothers() -> None:
    refused = a_call("refused", refused_at=NOW - 5)
    others = [a_call("at work", leased_until=NOW + 9), a_call("done", answered_at=NOW - 1)]
    assert choose_repeated([*others, refused], REPEAT) == [refused]


def test_a_call_that_was_let_in_comes_before_a_refused_one() -> None:
    """The refused one has no jobs: to take it would be to pay a second time."""
    left = a_call("left", leased_until=NOW - 20)
    assert choose_repeated([a_call("refused", refused_at=NOW - 5), left], REPEAT) == [left]


def test_a_call_refused_long_ago_has_been_given_up() -> None:
    refused = a_call("refused", leased_until=NOW - 76, refused_at=NOW - 76)
    assert choose_repeated([refused], REPEAT) == []


def test_a_refused_call_is_no_longer_refused_once_it_was_let_in() -> None:
    refused = a_call("refused", refused_at=NOW - 5).leased(Post(NOW, 1), NOW + 20)
    assert refused.refused_at is not None
    assert refused.left(NOW + 20).refused_at is None
    assert refused.answered(NOW + 20).refused_at is None


def test_an_unanswered_call_comes_before_an_answered_one() -> None:
    at_work = a_call("at work", leased_until=NOW + 9)
    assert choose_repeated([a_call("done", answered_at=NOW - 1), at_work], REPEAT) == [at_work]


def test_a_repeat_joins_a_call_whose_answer_was_lost_on_the_way() -> None:
    done = a_call("done", answered_at=NOW - 30)
    assert choose_repeated([done], REPEAT) == [done]


def test_two_lost_answers_are_two_calls() -> None:
    """The second repeat leaves alone what the first has leased."""
    retaken = a_call("retaken", answered_at=NOW - 3).leased(Post(NOW - 1, 1), NOW + 20)
    other = a_call("other", answered_at=NOW - 1)
    assert choose_repeated([retaken, other], REPEAT) == [other]


def test_an_answer_of_long_ago_is_not_repeated() -> None:
    assert is_joinable(a_call("done", answered_at=NOW - 30), NOW)
    assert not is_joinable(a_call("done", answered_at=NOW - 30.1), NOW)


def test_a_call_whose_client_has_not_come_for_a_quarter_of_an_hour_is_joined_no_more() -> None:
    assert is_joinable(a_call("old", posted_at=NOW - 900), NOW)
    assert not is_joinable(a_call("old", posted_at=NOW - 900.1), NOW)


def test_a_call_stays_joinable_for_as_long_as_its_client_keeps_coming() -> None:
    """Its jobs may take a day, and they are paid for."""
    call, now = a_call("patient", started_at=NOW - 25), NOW
    while now < NOW + 86_400:
        call = call.leased(Post(now, 1), now + 20)
        now += 800
        assert is_joinable(call, now)
    assert not is_joinable(call, NOW + 90_000)


def test_a_resent_call_joins_one_that_has_waited_so_long() -> None:
    """The old WaveSpeed clients send again after 10 s, while the first handler still waits."""
    waiting = [a_call("one", posted_at=NOW - 11, leased_until=NOW + 9), a_call("other", posted_at=NOW - 10)]
    assert choose_resent([*waiting, a_call("new", posted_at=NOW - 2)], RESENT) == waiting


def test_what_follows_closer_than_a_client_resends_is_a_call_of_its_own() -> None:
    assert choose_resent([a_call("first", posted_at=NOW - 8.9)], RESENT) == []
    assert choose_resent([a_call("first", posted_at=NOW - 9)], RESENT) != []


def test_a_call_that_was_just_resent_is_not_resent_again() -> None:
    again = a_call("again").leased(Post(NOW - 2, 1), NOW + 18)
    assert choose_resent([again], RESENT) == []


def test_an_answered_call_is_not_resent() -> None:
    assert choose_resent([a_call("done").answered(NOW - 20)], RESENT) == []


def test_a_call_answered_too_late_for_its_client_is_resent_for_a_while() -> None:
    late = a_call("late").answered(NOW - 5)
    assert choose_resent([late], RESENT) == [late]
    assert not is_joinable(late, NOW + 26)


def test_each_part_has_a_key_that_no_idempotency_key_can_be() -> None:
    keys = {a_call("one").key(part) for part in (1, 2)} | {a_call("two").key(1)}
    assert len(keys) == 3
    assert not any(key.isprintable() for key in keys)


def test_a_calls_fingerprint_is_that_of_all_its_parts() -> None:
    one, two = a_request(part="1/2"), a_request(part="2/2")
    assert call_fingerprint([one, two]) == call_fingerprint([one, replace(two)])
    others = [[one], [two, one], [one, replace(two, seed=7)], [one, replace(two, inline_output=True)]]
    assert call_fingerprint([one, two]) not in {call_fingerprint(requests) for requests in others}
