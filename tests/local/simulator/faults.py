"""The faults that are armed, and who is struck next."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from local.simulator.fault_kinds import KINDS, Params, Place
from local.simulator.stats import Stats, bump


class FaultError(ValueError):
    """An order that cannot be armed; its text says why."""


class _Match(BaseModel):
    model_config = ConfigDict(extra="forbid")

    prompt_contains: str | None = None
    model: str | None = None


class _Order(BaseModel):
    model_config = ConfigDict(extra="allow")

    kind: str
    count: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, ge=0, le=1)
    match: _Match = _Match()

    def remaining(self) -> int | None:
        """How often it strikes at most; None: without end."""
        return self.count if "count" in self.model_fields_set or self.probability < 1 else 1


@dataclass
class Armed:
    """`remaining` None: without end. Both matches must hold, where given."""

    number: int
    kind: str
    parameters: Params
    remaining: int | None = 1
    probability: float = 1.0
    prompt_contains: str | None = None
    model: str | None = None

    def strikes(self, kind: str, prompt: str, model_id: str, rng: random.Random) -> bool:
        return (
            self.kind == kind
            and self.remaining != 0
            and (self.prompt_contains is None or self.prompt_contains in prompt)
            and self.model in (None, model_id)
            and (self.probability >= 1 or rng.random() < self.probability)
        )


class Faults:
    """First armed, first to strike. A prompt with `[fault:KIND]` in it is struck with the kind's defaults."""

    def __init__(self, stats: Stats, seed: int) -> None:
        self.armed: list[Armed] = []
        self._stats = stats
        self._rng = random.Random(seed)
        self._numbers = itertools.count(1)

    def arm(self, order: object) -> Armed:
        """From the control route's JSON: kind, count or probability, match, and the kind's own parameters.

        Without a count it strikes once, or without end where it is left to chance. Raises FaultError.
        """
        try:
            given = _Order.model_validate(order)
        except ValueError as error:
            raise FaultError(str(error)) from error
        kind, parameters = KINDS.get(given.kind), given.model_extra or {}
        if kind is None:
            raise FaultError(f"unknown kind {given.kind!r}; there are: {', '.join(KINDS)}")
        if unknown := parameters.keys() - kind.parameters.keys():
            raise FaultError(f"{given.kind} does not take: {', '.join(sorted(unknown))}")
        parameters = {**kind.parameters, **parameters}
        for name, allowed in kind.choices.items():
            if parameters[name] not in allowed:
                raise FaultError(f"{name} must be one of {allowed}, not {parameters[name]!r}")
        aim = given.match.prompt_contains, given.match.model
        armed = Armed(next(self._numbers), given.kind, parameters, given.remaining(), given.probability, *aim)
        self.armed.append(armed)
        return armed

    def take(self, kind: str, prompt: str, model_id: str) -> Params | None:
        """The parameters of the fault that strikes here and now, used up by one; None if none does."""
        for armed in self.armed:
            if armed.strikes(kind, prompt, model_id, self._rng):
                if armed.remaining is not None:
                    armed.remaining -= 1
                bump(self._stats.faults_applied, kind)
                return armed.parameters
        if f"[fault:{kind}]" in prompt:
            bump(self._stats.faults_applied, kind)
            return KINDS[kind].parameters
        return None

    def take_first(self, place: Place, prompt: str, model_id: str) -> tuple[str, Params] | None:
        """Of the kinds of one place, the first that strikes."""
        return next(self._taken(place, prompt, model_id), None)

    def take_all(self, *places: Place, prompt: str, model_id: str) -> dict[str, Params]:
        """Of the kinds of some places, all that strike."""
        return {kind: params for place in places for kind, params in self._taken(place, prompt, model_id)}

    def _taken(self, place: Place, prompt: str, model_id: str) -> Iterator[tuple[str, Params]]:
        for name, kind in KINDS.items():
            if kind.place == place and (params := self.take(name, prompt, model_id)) is not None:
                yield name, params
