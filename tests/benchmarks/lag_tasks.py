"""The simulated tasks that all who wait are given: the same times, the same network, a clock of their own."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from memory.clock import FakeClock

Draw = Callable[[Random], float]


def lognormal(median_seconds: float, sigma: float = 0.45) -> Draw:
    return lambda random: random.lognormvariate(math.log(median_seconds), sigma)


def bimodal(random: Random) -> float:
    """A model that is quick as a rule and slow for some."""
    return lognormal(4, 0.2)(random) if random.random() < 0.7 else lognormal(20, 0.2)(random)


def drawn(draw: Draw, tasks: int, seed: int) -> Sequence[float]:
    random = Random(seed)
    return [draw(random) for _ in range(tasks)]


@dataclass
class Network:
    """Round trips to upstream, in seconds."""

    random: Random = field(default_factory=lambda: Random(3))

    def submit(self) -> float:
        return self.random.uniform(0.15, 0.4)

    def read(self) -> float:
        return self.random.uniform(0.06, 0.2)


@dataclass
class Waited:
    """What one who waits has seen: for each task the time from its end until it is known, and the reads that
    it took."""

    lag: list[float] = field(default_factory=list)
    polls: list[int] = field(default_factory=list)

    @property
    def polls_a_job(self) -> float:
        return statistics.mean(self.polls)

    def lag_at(self, share: float) -> float:
        return statistics.quantiles(self.lag, n=100)[round(share * 100) - 1]

    def words(self) -> str:
        return f"{self.lag_at(0.5):.2f} s (p95 {self.lag_at(0.95):.2f}) at {self.polls_a_job:.1f} polls a job"


class Timeline:
    """One task after the other for a client that blocks: what it asks takes a round trip of its clock."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.network = Network()
        self.waited = Waited()
        self._ends_at = 0.0
        self._seconds = 0.0
        self._polls = 0

    def next_task(self, seconds: float) -> None:
        self._seconds, self._polls = seconds, 0

    def submit(self) -> None:
        seconds = self.network.submit()
        self._ends_at = self.clock.now + seconds / 2 + self._seconds
        self.clock.advance(seconds)

    def is_done(self) -> bool:
        """A read: upstream answers as it stands when the request arrives."""
        seconds = self.network.read()
        done = self.clock.now + seconds / 2 >= self._ends_at
        self._polls += 1
        self.clock.advance(seconds)
        if done:
            self.waited.lag.append(self.clock.now - self._ends_at)
            self.waited.polls.append(self._polls)
        return done
