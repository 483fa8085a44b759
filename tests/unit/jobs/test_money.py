"""How a job's price stands with its payers, in each of its states."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.jobs.booking import Booking
from darkroom.jobs.job import Billed, Job, JobStatus, Terms
from darkroom.jobs.money import Budget, Change, booking_change, booking_of
from memory.jobs import a_job

PRICE = 27_000
UNDER_WAY = [status for status in JobStatus if not status.terminal]
ENDS = [status for status in JobStatus if status.terminal]


def paid(status: JobStatus, billed: Billed, booked: Booking | None = None) -> Job:
    return a_job(terms=Terms(PRICE, ("acme",)), status=status, billed=billed, booked=booked)


@pytest.mark.parametrize("status", UNDER_WAY)
@pytest.mark.parametrize("billed", Billed)
def test_until_its_end_a_job_is_reserved_whatever_is_known_of_the_charge(
    status: JobStatus, billed: Billed
) -> None:
    assert booking_of(paid(status, billed)) is Booking.RESERVED


@pytest.mark.parametrize("status", ENDS)
@pytest.mark.parametrize(
    ("billed", "booking"),
    [
        (Billed.YES, Booking.SPENT),
        (Billed.UNKNOWN, Booking.SPENT),
        (Billed.NO, Booking.RELEASED),
    ],
)
def test_at_its_end_it_is_spent_unless_surely_not_charged(
    status: JobStatus, billed: Billed, booking: Booking
) -> None:
    assert booking_of(paid(status, billed)) is booking


@pytest.mark.parametrize("terms", [Terms(PRICE), Terms(None, ("acme",)), Terms(PRICE, own_upstream_key=True)])
def test_without_a_payer_or_a_price_nothing_is_booked(terms: Terms) -> None:
    job = a_job(terms=terms)
    assert booking_of(job) is None
    assert booking_change(job) == Change()


@pytest.mark.parametrize(
    ("was", "status", "billed", "change"),
    [
        (None, JobStatus.QUEUED, Billed.NO, Change(reserved=PRICE)),
        (Booking.RESERVED, JobStatus.PROCESSING, Billed.YES, Change()),
        (Booking.RESERVED, JobStatus.COMPLETED, Billed.YES, Change(reserved=-PRICE, spent=PRICE)),
        (Booking.RESERVED, JobStatus.FAILED, Billed.NO, Change(reserved=-PRICE)),
        (Booking.SPENT, JobStatus.FAILED, Billed.NO, Change(spent=-PRICE)),
        (Booking.RELEASED, JobStatus.CANCELLED, Billed.YES, Change(spent=PRICE)),
        (Booking.SPENT, JobStatus.FAILED, Billed.YES, Change()),
    ],
)
def test_a_change_is_what_the_budgets_lack(
    was: Booking | None, status: JobStatus, billed: Billed, change: Change
) -> None:
    assert booking_change(paid(status, billed, was)) == change


states = st.tuples(st.sampled_from(JobStatus), st.sampled_from(Billed))


@given(st.lists(states, min_size=1, max_size=8))
def test_however_a_job_moves_its_budget_holds_its_price_once_or_not_at_all(
    life: list[tuple[JobStatus, Billed]],
) -> None:
    budget, booked = Budget(10 * PRICE), None
    for status, billed in life:
        job = paid(status, billed, booked)
        budget, booked = budget.booked(booking_change(job)), booking_of(job)
        held = {Booking.RESERVED: (PRICE, 0), Booking.SPENT: (0, PRICE), Booking.RELEASED: (0, 0)}
        assert booked is not None
        assert (budget.reserved, budget.spent) == held[booked]
        assert budget.left == 10 * PRICE - budget.reserved - budget.spent
        assert booking_change(replace(job, booked=booked)) == Change()
