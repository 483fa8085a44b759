"""Money: what a budget holds, and how a job's price stands in it. Integer micro-dollars throughout. Pure.

    accepted ──► reserved ──► spent      charged, or nobody knows (an ambiguous charge counts as spent)
                        └───► released   surely not charged

What becomes known of the charge after the end (`Job.settled`) moves the price between the last two.
"""

from dataclasses import dataclass, replace

from darkroom.jobs.booking import Booking
from darkroom.jobs.job import Billed, Job

MICROUSD = 1_000_000
"""To the dollar."""
MICROUSD_A_CENT = 10_000


@dataclass(frozen=True, slots=True)
class Budget:
    """`left` is cap - spent - reserved. Below zero: a charge was found after its price had been released, or
    the cap was set below what was spent."""

    cap: int
    spent: int = 0
    reserved: int = 0

    @property
    def left(self) -> int:
        return self.cap - self.spent - self.reserved

    def booked(self, change: "Change") -> "Budget":
        return replace(self, spent=self.spent + change.spent, reserved=self.reserved + change.reserved)


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to a budget, or taken from it."""

    reserved: int = 0
    spent: int = 0

    @property
    def left(self) -> int:
        return -(self.reserved + self.spent)


def payers_of(job: Job) -> tuple[str, ...]:
    """In whose budgets the price is booked. A price that nobody knows can't be."""
    return job.terms.payers if job.terms.price_microusd is not None else ()


def booking_of(job: Job) -> Booking | None:
    """How the price should stand as the job is now; None: in no budget."""
    if not payers_of(job):
        return None
    if not job.status.terminal:
        return Booking.RESERVED
    return Booking.RELEASED if job.billed is Billed.NO else Booking.SPENT


def booking_change(job: Job) -> Change:
    """What the payers' budgets lack: from how the job is booked to how it should be."""
    price = job.terms.price_microusd or 0
    was, is_due = _booked(job.booked, price), _booked(booking_of(job), price)
    return Change(is_due.reserved - was.reserved, is_due.spent - was.spent)


def _booked(booking: Booking | None, price: int) -> Change:
    match booking:
        case Booking.RESERVED:
            return Change(reserved=price)
        case Booking.SPENT:
            return Change(spent=price)
    return Change()
