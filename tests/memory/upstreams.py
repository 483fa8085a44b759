"""Upstream by key: the stack's, and the tenants' own, each version of a key an upstream of its own."""

from darkroom.jobs.job import Job
from darkroom.ports import KeyRemovedError, Permits, Upstream
from memory.clock import FakeClock
from memory.permits import MemoryPermits
from memory.upstream import FakeUpstream


class MemoryUpstreams:
    """`own_permits` is by tenant and may be read and set by a test."""

    def __init__(self, stack: FakeUpstream, permits: MemoryPermits, clock: FakeClock) -> None:
        self._stack = stack
        self._permits = permits
        self._clock = clock
        self._own: dict[str, list[FakeUpstream]] = {}
        self.own_permits: dict[str, MemoryPermits] = {}

    def register(self, tenant: str) -> FakeUpstream:
        """A key of the tenant's own, in place of the one before. Returns the account that it opens."""
        self.own_permits.setdefault(tenant, MemoryPermits())
        self._own.setdefault(tenant, []).append(FakeUpstream(self._clock))
        return self._own[tenant][-1]

    def remove(self, tenant: str) -> None:
        self._own.pop(tenant, None)

    def hide(self, tenant: str) -> list[FakeUpstream]:
        """A key that was registered a moment ago may not be seen everywhere yet."""
        return self._own.pop(tenant)

    def show(self, tenant: str, hidden: list[FakeUpstream]) -> None:
        self._own[tenant] = hidden

    def current_version(self, job: Job) -> str | None:
        if not job.terms.own_upstream_key:
            return None
        return str(len(self._versions(job)))

    def of(self, job: Job) -> Upstream:
        if not job.terms.own_upstream_key:
            return self._stack
        assert job.attempt is not None
        assert job.attempt.key_version is not None
        return self._versions(job)[int(job.attempt.key_version) - 1]

    def permits(self, job: Job) -> Permits:
        return self.own_permits[job.tenant] if job.terms.own_upstream_key else self._permits

    def _versions(self, job: Job) -> list[FakeUpstream]:
        if job.tenant not in self._own:
            raise KeyRemovedError(job.tenant)
        return self._own[job.tenant]
