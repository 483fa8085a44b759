"""How long a model's tasks take, as counts in buckets that grow with time: a few numbers for any model.

Pure: who keeps the counts is `ports.InferenceTimesTable`. They name no job and no tenant.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from random import Random

_BUCKETS_A_DOUBLING = 4
_LONGEST_SECONDS = 3_600
EDGES: Sequence[float] = tuple(
    2 ** (number / _BUCKETS_A_DOUBLING)
    for number in range(math.ceil(math.log2(_LONGEST_SECONDS) * _BUCKETS_A_DOUBLING) + 1)
)
"""The upper ends of the buckets in seconds. The first one holds all that is shorter, the last all longer."""

FULL = 256
"""Tasks counted, after which the counts are halved: what is old fades, and 128 to 256 always count."""
ENOUGH = 20
"""Tasks counted, below which they say too little to plan by."""
_PRIOR_MEDIAN_SECONDS = 6.0
_PRIOR_SIGMA = 0.5
_PRIOR_TASKS = 5.0
_PRIOR_ENDS_AT = 60


def bucket_of(seconds: float) -> int:
    return min(bisect_left(EDGES, seconds), len(EDGES) - 1)


@dataclass(frozen=True, slots=True)
class Distribution:
    """`cumulative`: by buckets, the share of the tasks that have ended by its upper end; the last is 1."""

    cumulative: Sequence[float]

    def ended_within(self, seconds: float) -> float:
        bucket = bucket_of(seconds)
        below, low = self._before(bucket)
        share = min(max(seconds - low, 0.0) / (EDGES[bucket] - low), 1.0)
        return below + (self.cumulative[bucket] - below) * share

    def quantile(self, share: float) -> float:
        """In seconds."""
        bucket = min(bisect_left(self.cumulative, share), len(EDGES) - 1)
        below, low = self._before(bucket)
        mass = self.cumulative[bucket] - below
        return low + (EDGES[bucket] - low) * (min((share - below) / mass, 1.0) if mass > 0 else 1.0)

    def drawn_between(self, low: float, high: float, random: Random) -> int:
        """The bucket of a task that is only known to have ended between two looks, as likely as it is."""
        buckets = range(bucket_of(low), bucket_of(high) + 1)
        ends = [low, *(min(EDGES[bucket], high) for bucket in buckets)]
        shares = [self.ended_within(end) for end in ends]
        weights = [max(after - before, 0.0) for before, after in pairwise(shares)]
        return random.choices(buckets, weights)[0] if sum(weights) > 0 else buckets[-1]

    def _before(self, bucket: int) -> tuple[float, float]:
        """What has ended by the bucket's lower end, and that end."""
        return (self.cumulative[bucket - 1], EDGES[bucket - 1]) if bucket else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class InferenceTimes:
    """Tasks by the bucket of their time; `generation` counts how often they were halved."""

    counts: Mapping[int, int] = field(default_factory=dict)
    generation: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def fading(self) -> Mapping[int, int]:
        """What to take off to halve the counts. Of a single one more or less in turns, so that on average
        it is a half and nothing stays for ever."""
        halves = {bucket: (count + self.generation % 2) // 2 for bucket, count in self.counts.items()}
        return {bucket: half for bucket, half in halves.items() if half}

    def distribution(self) -> Distribution:
        """Few tasks say little: the usual times stand beside them, the less the more there are."""
        prior_tasks = _PRIOR_TASKS * max(1 - self.total / _PRIOR_ENDS_AT, 0.0)
        tasks = (
            self.counts.get(bucket, 0) + prior_tasks * share for bucket, share in enumerate(_prior_shares())
        )
        sums = tuple(accumulate(tasks))
        return Distribution(tuple(sum_ / sums[-1] for sum_ in sums))


@cache
def _prior_shares() -> Sequence[float]:
    """Lognormal, as upstream's times look (measured: a median near 6 s and a long tail)."""
    ended = [_ended_by_prior(edge) for edge in EDGES[:-1]] + [1.0]
    return tuple(after - before for before, after in pairwise([0.0, *ended]))


def _ended_by_prior(seconds: float) -> float:
    return 0.5 * (1 + math.erf(math.log(seconds / _PRIOR_MEDIAN_SECONDS) / (_PRIOR_SIGMA * math.sqrt(2))))
