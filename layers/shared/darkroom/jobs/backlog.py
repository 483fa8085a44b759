"""The order of the jobs that wait: round robin over the tenants, within a tenant by priority and age. Pure.

A place is text that sorts: {tenant}#{priority}#{created_ms}#{job_id}. So one tenant's jobs stand together,
the next to start first, and whoever reads can skip from tenant to tenant.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from darkroom.jobs.job import Job
from darkroom.jobs.request import Priority

_RANK = {Priority.HIGH: 0, Priority.NORMAL: 1, Priority.LOW: 2}

Read = Callable[[str, int], Sequence[str]]
"""The places behind one, in their order, so many at most; an empty text stands before all of them."""


@dataclass(frozen=True, slots=True)
class Turns:
    """`places`: in the order of their turns. `all_seen`: nobody waits but these. `tenants`: how many of them
    wait, as far as was looked."""

    places: tuple[str, ...]
    all_seen: bool
    tenants: int = 0

    def without(self, gone: Container[str], count: int) -> "Turns":
        """The first of those that are left."""
        left = tuple(place for place in self.places if place not in gone)
        return Turns(left[:count], self.all_seen and len(left) <= count, self.tenants)


@dataclass(frozen=True, slots=True)
class PlaceInLine:
    """`position`: 1 is the next one."""

    position: int
    estimated_start_seconds: int


def place_of(job: Job) -> str:
    created_ms = int(job.created_at * 1000)
    return f"{job.tenant}#{_RANK[job.request.priority]}#{created_ms:013d}#{job.id}"


def tenant_at(place: str) -> str:
    return place.partition("#")[0]


def job_id_at(place: str) -> str:
    return place.rpartition("#")[2]


def next_turns(read: Read, turn: str, count: int) -> Turns:
    """Whose turn it is, after the tenant `turn` had the last one."""
    lines = _Lines(read, count)
    behind = lines.look(_behind(turn) if turn else "", "")
    from_the_start = bool(turn) and lines.look("", _behind(turn))
    places = in_turn(lines.found, turn)
    all_seen = behind and (from_the_start or not turn) and len(places) <= count
    return Turns(places[:count], all_seen, len(lines.found))


def in_turn(lines: Mapping[str, Sequence[str]], turn: str) -> tuple[str, ...]:
    """The places of all tenants, each one's in its own order, as their turns come after `turn` had one."""
    tenants = sorted(
        lines, key=lambda tenant: (_behind(tenant) <= _behind(turn) if turn else False, tenant + "#")
    )
    longest = max(map(len, lines.values()), default=0)
    return tuple(
        lines[tenant][row] for row in range(longest) for tenant in tenants if row < len(lines[tenant])
    )


class _Lines:
    """What is found by tenant: of each, and of tenants, one more than can have a turn."""

    def __init__(self, read: Read, count: int) -> None:
        self._read = read
        self._count = count
        self.found: dict[str, list[str]] = {}

    def look(self, after: str, until: str) -> bool:
        """Read on from `after`, up to `until` or the end. False: stopped before, with enough."""
        while len(self.found) <= self._count:
            page = self._read(after, self._count + 1)
            for place in page:
                if until and place > until:
                    return True
                self.found.setdefault(tenant_at(place), []).append(place)
            if len(page) <= self._count:
                return True
            last = tenant_at(page[-1])
            after = _behind(last) if len(self.found[last]) > self._count else page[-1]
        return False


def _behind(tenant: str) -> str:
    """Stands behind all places of the tenant, and before those of any other that stands behind them."""
    return f"{tenant}$"  # the character after #
