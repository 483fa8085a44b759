"""What goes wrong in a simulation: each seed enables some of the faults, each at a rate of its own."""

from dataclasses import dataclass
from random import Random

ENABLED = 0.22
"""How likely a seed has a certain fault."""
OFTEN_ENABLED = 0.5
"""The same, of those that decide who finds whom."""
CALM = 0.08
"""How likely a seed has none at all."""
GENTLE = 0.32
"""How likely it has only such by which nothing is lost inside: no message, no process, not much time."""
MOST = {
    # processes
    "killed before an effect": 0.01,
    "killed after an effect": 0.01,
    "clock skew": 2.0,  # seconds
    "slow call": 0.03,
    "little time": 0.2,
    # AWS
    "dynamodb refuses": 0.08,
    "dynamodb's reply is lost": 0.05,
    "sqs refuses": 0.15,
    "sqs's reply is lost": 0.1,
    "s3 refuses": 0.3,
    "s3's reply is lost": 0.2,
    "ssm refuses": 0.3,
    "secretsmanager refuses": 0.3,
    "index lag": 25.0,  # seconds
    "stale gate": 0.5,
    "gate is contended": 0.3,
    "message twice": 0.08,
    "message late": 0.2,
    "message not deleted": 0.1,
    "rate is used up": 0.3,
    # upstream
    "upstream is slow": 0.3,
    "upstream fails": 0.3,
    "upstream never ends": 0.2,
    "upstream refuses the request": 0.2,
    "upstream throttles": 0.3,
    "upstream is out of reach": 0.3,
    "upstream errs before creating": 0.2,
    "upstream errs after creating": 0.2,
    "reply lost before creating": 0.15,
    "reply lost after creating": 0.25,
    "upstream makes two": 0.15,
    "reads fail": 0.3,
    "not seen yet": 0.3,
    "is forgotten": 0.2,
    "odd words": 0.5,
    "no figures": 1.0,
    "list is late": 60.0,  # seconds
    "never listed": 0.5,
    "list without inputs": 0.5,
    "delete fails": 0.5,
    "callback is lost": 0.5,
    "callback is late": 0.5,
    "callback is early": 0.5,
    "callback comes twice": 0.4,
    "callback is forged": 0.5,
    # pictures
    "no output": 0.1,
    "output is gone": 0.3,
    "output is corrupt": 0.2,
    "output fails": 0.4,
    "output is slow": 0.2,
    # the customer's receiver
    "receiver fails": 0.6,
    "receiver is gone": 0.2,
    "receiver is slow": 0.3,
    "receiver asks for time": 0.4,
    "receiver's answer is lost": 0.2,
}
_OFTEN = {"index lag", "stale gate"}
LOSING = frozenset(list(MOST)[: list(MOST).index("index lag")]) | {"message late", "message not deleted"}
SHORT_LAG_SECONDS = 8.0
"""For so long the ticks go on for a job that is on its way into the index."""
OUTSIDE_OUTAGES = ("upstream", "upstream's key", "receiver")
OUTAGES = ("dynamodb", "sqs", "s3", "ssm", "secretsmanager", *OUTSIDE_OUTAGES)
OUTAGE, OUTSIDE_OUTAGE = 0.1, 0.2
"""How likely a seed has a certain outage, of up to ten minutes."""


@dataclass(frozen=True, slots=True)
class Outage:
    """`begins_at` and `ends_at` in seconds since the start."""

    begins_at: float
    ends_at: float


class Faults:
    """`rates`: of the faults that this seed has. `gentle`: nothing is lost inside."""

    def __init__(self, random: Random) -> None:
        self._random = random
        mood = random.random()
        calm, self.gentle = mood < CALM, mood < CALM + GENTLE
        drawn = {name: random.random() for name in MOST}
        left_out = set(MOST) if calm else LOSING if self.gentle else set()
        enabled = [name for name in MOST if name not in left_out and drawn[name] < _enabled(name)]
        self.rates = {name: random.random() * self._most(name) for name in enabled}
        outages = () if calm else OUTSIDE_OUTAGES if self.gentle else OUTAGES
        self.outages = {name: _outage(random) for name in outages if random.random() < _likely(name)}

    def _most(self, name: str) -> float:
        return SHORT_LAG_SECONDS if self.gentle and name == "index lag" else MOST[name]

    def happens(self, name: str) -> bool:
        rate = self.rates.get(name)
        return rate is not None and self._random.random() < rate

    def up_to(self, name: str) -> float:
        """A size drawn anew each time, with half of the times none; 0.0 where the seed hasn't the fault."""
        most = self.rates.get(name)
        return 0.0 if most is None else most * max(0.0, 2 * self._random.random() - 1)

    def most(self, name: str) -> float:
        return self.rates.get(name, 0.0)

    def is_out(self, name: str, seconds: float) -> bool:
        """`seconds` since the start."""
        outage = self.outages.get(name)
        return outage is not None and outage.begins_at <= seconds < outage.ends_at

    def heal(self) -> None:
        self.rates.clear()
        self.outages.clear()


def _enabled(name: str) -> float:
    return OFTEN_ENABLED if name in _OFTEN else ENABLED


def _likely(name: str) -> float:
    return OUTSIDE_OUTAGE if name in OUTSIDE_OUTAGES else OUTAGE


def _outage(random: Random) -> Outage:
    begins_at = random.uniform(0, 120)
    return Outage(begins_at, begins_at + random.choice([5.0, 40.0, 200.0, 600.0]))
