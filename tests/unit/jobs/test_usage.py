"""Sums of jobs are the same however the jobs are read."""

from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.job import Billed, Job, JobStatus, StoredOutput, Terms
from darkroom.jobs.usage import Usage, grouped, merged
from memory.jobs import a_job

OUTPUT = StoredOutput("outputs/acme/job_1/0.png", "image/png", 1024, 1024, 9, "ab" * 32)

jobs = st.builds(
    lambda number, status, billed, price, tag, own_key: a_job(
        number * 20_000,
        status=status,
        billed=billed,
        terms=Terms(price, own_upstream_key=own_key),
        tag=tag,
        outputs=(OUTPUT,) if status is JobStatus.COMPLETED else (),
    ),
    st.integers(0, 20),
    st.sampled_from(JobStatus),
    st.sampled_from(Billed),
    st.none() | st.integers(0, 10**6),
    st.sampled_from([None, "spring", "autumn"]),
    st.booleans(),
)


@given(st.lists(jobs), st.integers(0, 20), st.permutations(("day", "model", "tag")))
def test_a_sum_is_that_of_its_parts_and_its_groups(found: list[Job], cut: int, group_by: list[str]) -> None:
    names = tuple(group_by)
    groups = merged([grouped(found[:cut], names), grouped(found[cut:], names)])
    assert groups == merged([grouped(found, names)])
    total = Usage()
    for usage in groups.values():
        total.add(usage)
    whole = Usage()
    for job in found:
        whole.count(job)
    assert total == whole
    assert whole.jobs == len(found)


def test_a_price_that_nobody_knows_is_counted_and_not_added_as_zero() -> None:
    usage = Usage()
    usage.count(a_job(status=JobStatus.FAILED, billed=Billed.YES, terms=Terms(None)))
    assert (usage.unknown_prices, usage.spent_microusd) == (1, 0)


def test_what_is_under_way_is_not_spent_yet() -> None:
    usage = Usage()
    usage.count(a_job(status=JobStatus.PROCESSING, billed=Billed.YES))
    assert (usage.under_way, usage.spent_microusd) == (1, 0)
