"""Identifiers: those of jobs sort by time, or follow from an idempotency key."""

import re

from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.ids import event_id, keyed_job_id, new_attempt_id, new_job_id

JOB_ID = re.compile(r"job_[0-9a-hjkmnp-tv-z]{26}")
texts = st.text(max_size=40)


def test_later_jobs_sort_later_whatever_their_random_bits() -> None:
    earlier = new_job_id(lambda: 1_760_000_000.000, lambda bits: 2**bits - 1)
    later = new_job_id(lambda: 1_760_000_000.001, lambda bits: 0)
    assert earlier < later


def test_jobs_of_one_moment_differ() -> None:
    assert len({new_job_id(lambda: 1_760_000_000.0) for _ in range(1_000)}) == 1_000


@given(tenant=texts, key=texts)
def test_both_ways_lead_to_ids_of_one_form(tenant: str, key: str) -> None:
    assert JOB_ID.fullmatch(new_job_id())
    assert JOB_ID.fullmatch(keyed_job_id(tenant, key))


@given(tenant=texts, key=texts)
def test_the_same_key_of_a_tenant_leads_to_the_same_id(tenant: str, key: str) -> None:
    assert keyed_job_id(tenant, key) == keyed_job_id(tenant, key)


@given(one=st.tuples(texts, texts), other=st.tuples(texts, texts))
def test_different_tenants_or_keys_lead_to_different_ids(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert (keyed_job_id(*one) == keyed_job_id(*other)) == (one == other)


def test_what_ends_one_field_and_begins_the_next_counts() -> None:
    assert keyed_job_id("a", "1:b") != keyed_job_id("a:1", "b")


def test_an_attempt_s_id_is_its_own() -> None:
    assert re.fullmatch(r"att_[0-9a-hjkmnp-tv-z]{16}", new_attempt_id())
    assert new_attempt_id() != new_attempt_id()


def test_an_event_is_named_after_its_job() -> None:
    assert event_id("job_01abc") == "evt_01abc"
