"""Releases jobs that wait: their permits and their states in one transaction, all or none of it.

    the gate's item, if nobody wrote it since it was read   │ n permits more, whose turn it was
    each job's state, if it still waits at its place        │ out of the backlog, with its permit

So two that release at once share the permits and never a job, and one that dies in between has done nothing.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from darkroom.aws.attributes import Item, to_attribute
from darkroom.aws.gate_item import GateItem, Swap, standing
from darkroom.aws.job_items import STATE, item_key
from darkroom.aws.transactions import Write, transact
from darkroom.jobs.backlog import Turns, job_id_at, tenant_at
from darkroom.jobs.gate import Released
from darkroom.jobs.permits import PermitLimits
from darkroom.ports import JobKey, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 10


class PermitRelease:
    def __init__(self, client: "DynamoDBClient", table: str, account: str, limits: PermitLimits) -> None:
        self._client = client
        self._table = table
        self._item = GateItem(client, table, account)
        self._limits = limits

    def release(self, turns: Turns, now: float, due_at: float) -> Released:
        """Raises ThrottledError; jobs may be released even then, and the reconciler finds those."""
        seen, wanted = self._item.read(), turns.places
        for _ in range(_TRIES):
            gate, released = seen.gate.release(turns, now, self._limits)
            gone = tuple(place for place in wanted if place not in turns.places)
            if not released.places:  # nothing is written of it
                return Released((), now, None, gone)
            marks = [self._mark(place, now, due_at) for place in released.places]
            swap = self._item.swap(seen, gate)
            refused = self._transact(swap, marks)
            if refused is None or (refused[0] and swap.is_in(refused[0])):
                return replace(released, refused=gone)
            if refused[0] is not None:
                seen = standing(refused[0]) if refused[0] else self._item.read()
            turns = replace(turns, places=_without(turns.places, released.places, refused[1:]))
        raise ThrottledError("others change the permits too fast")

    def _transact(self, swap: Swap, marks: Sequence[Write]) -> Sequence[Item | None] | None:
        """As `transact`, with a look whether it has landed for all that."""
        try:
            return transact(self._client, [{"Put": swap.request}, *marks])
        except ThrottledError:
            if not swap.came_before(self._item.read()):
                raise
        return None

    def _mark(self, place: str, now: float, due_at: float) -> Write:
        """As `Job.released`, on a state that was not read: only its own place says that it still waits."""
        values = {":place": place, ":now": now, ":due_at": due_at, ":revision": secrets.token_urlsafe(9)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": item_key(JobKey(tenant_at(place), job_id_at(place)), STATE),
                "UpdateExpression": "SET permit_at = :now, due_at = :due_at, #revision = :revision "
                "REMOVE backlog, place",
                "ConditionExpression": "place = :place",
                "ExpressionAttributeNames": {"#revision": "revision"},
                "ExpressionAttributeValues": {name: to_attribute(value) for name, value in values.items()},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }


def _without(places: Sequence[str], tried: Sequence[str], refused: Sequence[Item | None]) -> tuple[str, ...]:
    """Those that no longer wait are left out."""
    gone = {place for place, standing in zip(tried, refused, strict=True) if standing is not None}
    return tuple(place for place in places if place not in gone)
