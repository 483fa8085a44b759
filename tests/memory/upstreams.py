"""Upstream by key: the stack's, and the tenants' own, each version of a key an upstream of its own."""

from darkroom.jobs.job import STACKS_ACCOUNT, Job
from darkroom.ports import KeyRemovedError, Permits, Upstream
from memory.clock import FakeClock
from memory.permits import MemoryPermits
from memory.upstream import FakeUpstream


class MemoryUpstreams:
    """`accounts`: the permits by account; they may be read and set by a test."""

    def __init__(self, stack: FakeUpstream, permits: MemoryPermits, clock: FakeClock) -> None:
        self.stack = stack
        self._permits = permits
        self._clock = clock
        self._own: dict[str, list[FakeUpstream]] = {}
        self.accounts = {STACKS_ACCOUNT: permits}

    def register(self, tenant: str) -> FakeUpstream:
        """A key of the tenant's own, in place of the one before. Returns the account that it opens."""
        self.accounts.setdefault(f"tenant/{tenant}", MemoryPermits(jobs=self._permits.jobs))
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
            return self.stack
        assert job.attempt is not None
        assert job.attempt.key_version is not None
        return self._versions(job)[int(job.attempt.key_version) - 1]

    def permits(self, account: str) -> Permits:
        return self.accounts[account]

    def _versions(self, job: Job) -> list[FakeUpstream]:
        if job.tenant not in self._own:
            raise KeyRemovedError(job.tenant)
        return self._own[job.tenant]
