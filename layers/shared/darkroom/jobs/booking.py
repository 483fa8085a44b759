"""How a job's price stands in the budgets of its payers."""

from enum import StrEnum


class Booking(StrEnum):
    """RESERVED from its acceptance on; at its end SPENT, or RELEASED where nothing was charged."""

    RESERVED = "reserved"
    SPENT = "spent"
    RELEASED = "released"
