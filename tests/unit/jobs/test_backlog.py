"""Whose turn it is: round robin over the tenants, by priority and age within each, and no tenant twice before
another had its turn."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.backlog import in_turn, job_id_at, next_turns, place_of, tenant_at
from darkroom.jobs.request import Priority
from memory.jobs import a_job

tenant_names = st.sampled_from(["a", "a-b", "ab", "b", "c0", "c-0", "zz"])
backlogs = st.dictionaries(tenant_names, st.integers(1, 12), min_size=1)


def places_of(backlog: dict[str, int]) -> list[str]:
    jobs = [a_job(n, tenant=tenant) for tenant, count in backlog.items() for n in range(count)]
    return sorted(place_of(job) for job in jobs)


class Index:
    """Counts its reads."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = sorted(places)
        self.reads = self.places_read = 0

    def __call__(self, after: str, limit: int) -> Sequence[str]:
        first = bisect_right(self.places, after)
        found = self.places[first : first + limit]
        self.reads += 1
        self.places_read += len(found)
        return found


def test_a_place_names_its_job() -> None:
    job = a_job(tenant="a-b")
    assert (tenant_at(place_of(job)), job_id_at(place_of(job))) == ("a-b", job.id)


def test_within_a_tenant_the_priority_comes_before_the_age() -> None:
    jobs = [a_job(n, priority=priority) for n, priority in enumerate(reversed(Priority))]
    later_and_high = a_job(9, priority=Priority.HIGH)
    wanted = [*jobs[:1], later_and_high, *jobs[1:]]
    assert sorted(map(place_of, [*jobs, later_and_high])) == [place_of(job) for job in wanted]


@given(backlog=backlogs, turn=st.none() | tenant_names, count=st.integers(1, 30))
def test_as_many_have_a_turn_as_there_are_permits_and_jobs(
    backlog: dict[str, int], turn: str | None, count: int
) -> None:
    places = places_of(backlog)
    turns = next_turns(Index(places), turn or "", count)
    assert len(turns.places) == min(count, len(places))
    assert len(set(turns.places)) == len(turns.places)
    assert turns.all_seen == (len(places) <= count)


@given(backlog=backlogs, turn=st.none() | tenant_names, count=st.integers(1, 30))
def test_no_tenant_is_ahead_of_another_that_still_waits_by_more_than_one(
    backlog: dict[str, int], turn: str | None, count: int
) -> None:
    had = Counter(map(tenant_at, next_turns(Index(places_of(backlog)), turn or "", count).places))
    still_waiting = [had[tenant] for tenant in backlog if had[tenant] < backlog[tenant]]
    if still_waiting:
        assert max(had.values()) <= min(still_waiting) + 1


@given(backlog=backlogs, counts=st.lists(st.integers(1, 5), min_size=60, max_size=60))
def test_over_many_releases_all_tenants_have_their_turns_in_a_circle(
    backlog: dict[str, int], counts: list[int]
) -> None:
    places, turn, released = places_of(backlog), "", list[str]()
    for count in counts:
        turns = next_turns(Index(places), turn, count)
        released += turns.places
        places = [place for place in places if place not in turns.places]
        turn = tenant_at(released[-1])
    least = min(backlog.values())
    circle = [tenant_at(place) for place in released[: least * len(backlog)]]
    for first in range(0, len(circle), len(backlog)):
        assert sorted(circle[first : first + len(backlog)]) == sorted(backlog)


@given(backlog=backlogs, count=st.integers(1, 20))
def test_of_each_tenant_the_first_in_line_start_first(backlog: dict[str, int], count: int) -> None:
    places = places_of(backlog)
    released = next_turns(Index(places), "", count).places
    for tenant in backlog:
        own = [place for place in released if tenant_at(place) == tenant]
        assert own == [place for place in places if tenant_at(place) == tenant][: len(own)]


@pytest.mark.parametrize(("tenants", "each"), [(1, 9_900), (2, 5_000), (1_000, 1), (50, 40)])
def test_few_reads_find_the_next_turns_however_many_wait(tenants: int, each: int) -> None:
    places = [f"t{tenant:04d}#1#{n:013d}#job" for tenant in range(tenants) for n in range(each)]
    index = Index(places)
    assert len(next_turns(index, "t0000", 90).places) == min(90, len(places))
    assert index.reads <= min(tenants, 90) + 2


@given(
    lengths=st.lists(st.integers(1, 5) | st.integers(1, 200), min_size=1, max_size=40),
    turn=st.none() | st.integers(0, 40),
    count=st.integers(1, 300),
)
def test_what_is_not_read_would_change_nothing(lengths: list[int], turn: int | None, count: int) -> None:
    places = [f"t{n:02d}#1#{at:013d}#job" for n, length in enumerate(lengths) for at in range(length)]
    last = "" if turn is None else f"t{turn:02d}"
    lines = defaultdict[str, list[str]](list)
    for place in places:
        lines[tenant_at(place)].append(place)
    turns = next_turns(Index(places), last, count)
    assert turns.places == in_turn(lines, last)[:count]
    assert turns.all_seen == (len(places) <= count)


@pytest.mark.parametrize(
    ("tenants", "each", "most_reads", "most_places"),
    [(100, 1_000, 102, 6_000), (300, 1_000, 302, 11_000), (100, 20, 10, 2_600), (300, 1, 2, 600)],
)
def test_of_many_tenants_little_is_read_of_each(
    tenants: int, each: int, most_reads: int, most_places: int
) -> None:
    """What a full round looks for, with what the rounds before it have found gone."""
    places = [f"t{tenant:04d}#1#{n:013d}#job" for tenant in range(tenants) for n in range(each)]
    index = Index(places)
    turns = next_turns(index, "t0050", 810)
    assert len(turns.places) == min(810, len(places))
    assert index.reads <= most_reads
    assert index.places_read <= most_places


def test_where_most_have_little_more_is_read_of_the_rest() -> None:
    lengths = [1_000 if tenant % 10 == 0 else 1 for tenant in range(100)]
    places = [f"t{tenant:04d}#1#{n:013d}#job" for tenant, many in enumerate(lengths) for n in range(many)]
    index = Index(places)
    turns = next_turns(index, "", 810)
    had = Counter(map(tenant_at, turns.places))
    assert set(had.values()) == {1, 72}
    assert index.reads <= 40


def test_what_is_known_to_be_released_has_no_second_turn() -> None:
    places = places_of({"a": 3, "b": 3})
    turns = next_turns(Index(places), "", 4).without({places[0]}, 2)
    assert [tenant_at(place) for place in turns.places] == ["b", "a"]
    assert not turns.all_seen
