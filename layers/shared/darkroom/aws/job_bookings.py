"""Jobs and their payers' budgets in one transaction: what is accepted is reserved, what ends is settled.

    accept   each job's request and state, if its id is free  │ each payer: left to reserved, if it suffices
    settle   the state, if nobody wrote it since it was read  │ each payer: reserved to spent, or to left

The state says how its job is booked, and it is written under the condition of its revision: so each change
of a booking counts once, whoever makes it and however often it is sent.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from darkroom.aws.attributes import Item, from_item
from darkroom.aws.budgets import booked, stored_budget
from darkroom.aws.conditional_put import Put, standing_in_place
from darkroom.aws.transactions import Write, transact
from darkroom.jobs.job import Job
from darkroom.jobs.money import Change, booking_change, payers_of
from darkroom.ports import BudgetExceededError, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class JobBookings:
    """`accounts_table` holds the budgets."""

    def __init__(self, client: "DynamoDBClient", accounts_table: str) -> None:
        self._client = client
        self._accounts_table = accounts_table

    def reserve(self, jobs: Sequence[Job], puts: Sequence[Put]) -> bool:
        """The jobs' puts with the reservation of their prices, all or nothing.

        False where one of the puts was refused. Raises BudgetExceededError, ThrottledError.
        """
        sums = _sums(jobs)
        writes = [booked(self._accounts_table, payer, sums[payer], within_cap=True) for payer in sums]
        refused = transact(self._client, [*_put_writes(puts), *writes])
        if refused is None:
            return True
        if any(standing is not None for standing in refused[: len(puts)]):
            return False
        for payer, standing in zip(sums, refused[len(puts) :], strict=True):
            if standing is not None:
                raise BudgetExceededError(payer, stored_budget(standing))
        raise AssertionError("a transaction that was refused names the write that was")

    def settle(self, job: Job, state: Put) -> Item | None:
        """The state, with what its payers' budgets lack. `job` carries how it was booked until now.

        None: written. Else the state that stands in its place, empty where there is none.
        """
        change, payers = booking_change(job), payers_of(job)
        try:
            while True:
                refused = transact(self._client, [*_put_writes([state]), *self._changes(payers, change)])
                if refused is None:
                    return None
                if refused[0] is not None:
                    standing = refused[0] or standing_in_place(self._client, state)
                    return None if _is_ours(standing, state) else standing
                # Without its budget a tenant is gone: nothing is left to settle there.
                gone = refused[1:]
                payers = tuple(name for name, item in zip(payers, gone, strict=True) if item is None)
        except ThrottledError:
            if not _is_ours(standing_in_place(self._client, state), state):
                raise
            return None

    def _changes(self, payers: Sequence[str], change: Change) -> list[Write]:
        return [booked(self._accounts_table, payer, change, within_cap=False) for payer in payers]


def _put_writes(puts: Sequence[Put]) -> list[Write]:
    return [{"Put": put} for put in puts]


def _sums(jobs: Sequence[Job]) -> dict[str, Change]:
    sums: dict[str, Change] = {}
    for job in jobs:
        new = booking_change(replace(job, booked=None))
        for payer in payers_of(job):
            sums[payer] = Change(sums.get(payer, Change()).reserved + new.reserved)
    return sums


def _is_ours(standing: Item, put: Put) -> bool:
    """The revision is random: nobody else writes the very same state."""
    return from_item(standing) == from_item(put["Item"])
