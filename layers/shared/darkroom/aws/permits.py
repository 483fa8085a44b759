"""The gate of an upstream account on one DynamoDB item that all workers share, by `jobs.gate`'s rules."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from darkroom.aws.errors import translated
from darkroom.aws.permit_release import PermitRelease
from darkroom.aws.permit_writer import Change, PermitWriter
from darkroom.jobs.backlog import Turns
from darkroom.jobs.gate import Admission, Gate, Released
from darkroom.jobs.permits import PermitLimits

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_Answer = TypeVar("_Answer")


class DynamoPermits:
    """Safe to share between threads. All methods raise ThrottledError."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        limits: PermitLimits,
        account: str = "default",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits
        self._writer = PermitWriter(client, table, account, sleep)
        self._release = PermitRelease(client, table, account, limits)

    def take(self, now: float) -> Admission:
        """Where jobs wait already nothing is written, but for one note a second."""
        return self._admission(lambda gate: gate.take(now, self.limits), now)

    def renew(self, taken_at: float, now: float) -> Admission:
        return self._admission(lambda gate: gate.renew(taken_at, now, self.limits), now)

    def join(self, now: float) -> Admission:
        return self._admission(lambda gate: gate.join(now), now)

    def give_back(self, taken_at: float, now: float, *, unused: bool = False) -> bool:
        def give_back(gate: Gate) -> tuple[Gate, bool]:
            after = gate.give_back(taken_at, self.limits, unused=unused)
            return after, after.may_release(now, self.limits)

        return self._write(give_back, now)

    def hold(self, until: float, now: float) -> None:
        self._write(lambda gate: (gate.hold(until), None), now)

    def narrow(self, taken_at: float, until: float, now: float) -> None:
        self._write(lambda gate: (gate.hold(until).narrow(taken_at, now, self.limits), None), now)

    def gate(self, now: float) -> Gate:
        """Also where DynamoDB refuses it: who only asks for a place must not fail of it."""
        with translated(every_answer=True):
            return self._writer.read(now)

    def tick(self, beat: int, now: float) -> bool:
        return self._write(lambda gate: _unless_none(gate, gate.tick(beat, now)), now)

    def rest(self, beat: int, empty_at: float, now: float) -> bool:
        return self._write(lambda gate: _unless_none(gate, gate.rest(beat, empty_at)), now)

    def revive(self, now: float) -> int | None:
        return self._write(lambda gate: gate.revive(now), now)

    def release(self, turns: Turns, now: float, due_at: float) -> Released:
        refused: tuple[str, ...] = ()
        if turns.places:
            try:
                released = self._release.release(turns, now, due_at)
            finally:
                self._writer.forget()
            if len(released.refused) < len(turns.places):
                return released
            refused = released.refused
        nobody = replace(turns, places=())
        return replace(self._write(lambda gate: gate.release(nobody, now, self.limits), now), refused=refused)

    def _admission(self, apply: Callable[[Gate], tuple[Gate, Admission]], now: float) -> Admission:
        admission: Admission = self._writer.write(Change(apply, now, may_wait=True))
        return admission

    def _write(self, apply: Callable[[Gate], tuple[Gate, _Answer]], now: float) -> _Answer:
        answer: _Answer = self._writer.write(Change(apply, now))
        return answer


def _unless_none(gate: Gate, after: Gate | None) -> tuple[Gate, bool]:
    return (gate, False) if after is None else (after, True)
