"""The order of the jobs that wait: round robin over the tenants, within a tenant by priority and age. Pure.

A place is text that sorts: {tenant}#{priority}#{created_ms}#{job_id}. So one tenant's jobs stand together,
the next to start first, and whoever reads can skip from tenant to tenant.
"""

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from darkroom.jobs.job import Job
from darkroom.jobs.request import Priority

_RANK = {Priority.HIGH: 0, Priority.NORMAL: 1, Priority.LOW: 2}

_LEAST_PAGE = 25
"""DynamoDB charges no less for fewer."""

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
    lines.deepen()
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
    """What is found by tenant: of each what can have a turn, and of tenants one more than can have one.

    How deep to read of one depends on how many others there are. With each that is found less is read of the
    next, and where many turn out to have little, more is read of the others at last.
    """

    def __init__(self, read: Read, count: int) -> None:
        self._read = read
        self._wanted = count + 1
        self._cut: set[str] = set()
        """Those that may have more places than were read."""
        self.found: dict[str, list[str]] = {}

    def look(self, after: str, until: str) -> bool:
        """Read on from `after`, up to `until` or the end. False: stopped before, with enough."""
        size = self._page_size()
        while len(self.found) < self._wanted:
            if until and after >= until:
                return True
            self._cut.discard(tenant_at(after))
            page = self._read(after, size)
            for place in page:
                if until and place > until:
                    return True
                self.found.setdefault(tenant_at(place), []).append(place)
            if len(page) < size:
                return True
            first, last = tenant_at(page[0]), tenant_at(page[-1])
            self._cut.add(last)
            after = _behind(last) if len(self.found[last]) >= self._rows() else page[-1]
            size = self._page_size() if first == last else min(2 * size, self._wanted)
        return False

    def deepen(self) -> None:
        """Until the turns of all that were found are known."""
        while short := self._short():
            for tenant in short:
                self._read_on(tenant, self._rows() - len(self.found[tenant]))

    def _short(self) -> list[str]:
        rows = self._rows()
        return sorted(tenant for tenant in self._cut if len(self.found[tenant]) < rows)

    def _read_on(self, tenant: str, count: int) -> None:
        page = self._read(self.found[tenant][-1], count)
        own = [place for place in page if tenant_at(place) == tenant]
        self.found[tenant] += own
        if len(own) < count:
            self._cut.discard(tenant)

    def _page_size(self) -> int:
        return min(max(self._rows(), _LEAST_PAGE), self._wanted)

    def _rows(self) -> int:
        """How many turns each may have before there are enough, if those that are cut go on for ever."""
        left, lines, rows = self._wanted, len(self.found), 0
        for length in sorted(len(places) for tenant, places in self.found.items() if tenant not in self._cut):
            if (length - rows) * lines >= left:
                break
            left -= (length - rows) * lines
            lines, rows = lines - 1, length
        return rows + math.ceil(left / lines) if lines else self._wanted


def _behind(tenant: str) -> str:
    """Stands behind all places of the tenant, and before those of any other that stands behind them."""
    return f"{tenant}$"  # the character after #
