"""Add a tenant's jobs up: read from the table in slices of time, side by side, and exact or not at all."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

from darkroom.jobs.job import Job
from darkroom.jobs.usage import GroupKey, Usage, grouped, merged
from darkroom.ports import JobsFilter, JobsTable

_THREADS = 12
_SLICE_SECONDS = 6 * 3600
_PAGE = 99  # with the one after it, which tells that there is more, a page of the index
_HALF_MILLISECOND = 0.0005


class TooManyJobsError(Exception):
    """The jobs of this range can't be read within the time."""


@dataclass(frozen=True, slots=True)
class UsageReader:
    jobs: JobsTable
    monotonic: Callable[[], float] = time.monotonic

    def usage(
        self, tenant: str, start: float, end: float, group_by: tuple[str, ...], seconds: float
    ) -> dict[GroupKey, Usage]:
        """Of the jobs created from `start` on and before `end`, Unix seconds. Eventually consistent.

        Raises TooManyJobsError after so many seconds, ValueError, ThrottledError.
        """
        ends_at = self.monotonic() + seconds

        def read(edges: tuple[float, float]) -> dict[GroupKey, Usage]:
            return grouped(self._jobs(tenant, *edges, ends_at), group_by)

        with ThreadPoolExecutor(_THREADS) as threads:
            return merged(threads.map(read, _slices(start, end)))

    def _jobs(self, tenant: str, start: float, end: float, ends_at: float) -> Iterator[Job]:
        # A filter leaves both its ends out, and compares milliseconds.
        wanted = JobsFilter(created_after=start - _HALF_MILLISECOND, created_before=end)
        cursor: str | None = None
        while True:
            if self.monotonic() >= ends_at:
                raise TooManyJobsError
            page = self.jobs.list(tenant, wanted, _PAGE, cursor)
            yield from page.jobs
            cursor = page.cursor
            if cursor is None:
                return


def _slices(start: float, end: float) -> Iterator[tuple[float, float]]:
    count = max(int((end - start) // _SLICE_SECONDS), 1)
    edges = [start + (end - start) * index / count for index in range(count)]
    return pairwise([*edges, end])
