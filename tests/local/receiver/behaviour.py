"""How the receiver answers: rules by path and count; the first that applies decides, without one: 200."""

import random
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field


class Rule(BaseModel):
    """A redirect is a status and a Location; so with Retry-After: any header can be given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(default="*", description="with * and ? as in file names")
    count: int | None = Field(default=None, ge=1, description="how many requests; null: all")
    probability: float = Field(default=1.0, ge=0, le=1)
    status: int = Field(default=200, ge=200, le=599)
    headers: dict[str, str] = {}
    body: str = "ok"
    padding_bytes: int = Field(default=0, ge=0, description="zeros after the body")
    gzip: bool = Field(default=False, description="packs the answer, whatever was asked for")
    delay_seconds: float = Field(default=0.0, ge=0, description="before the answer begins")
    drip_seconds: float = Field(default=0.0, ge=0, description="the answer's body comes over this time")
    hang: bool = Field(default=False, description="no answer until the caller goes away")
    disconnect: bool = Field(default=False, description="reads the request, then ends the connection")


GOOD = Rule()


class Behaviour:
    def __init__(self, seed: int = 1) -> None:
        self._rng = random.Random(seed)
        self._rules: list[Rule] = []
        self._used: list[int] = []

    def replace(self, rules: list[Rule]) -> None:
        """Counts start again."""
        self._rules, self._used = rules, [0] * len(rules)

    def rules(self) -> list[Rule]:
        return list(self._rules)

    def rule_for(self, path: str) -> Rule:
        """Counts the use of the rule that decides."""
        for index, rule in enumerate(self._rules):
            if rule.count is not None and self._used[index] >= rule.count:
                continue
            if fnmatchcase(path, rule.path) and self._rng.random() < rule.probability:
                self._used[index] += 1
                return rule
        return GOOD
