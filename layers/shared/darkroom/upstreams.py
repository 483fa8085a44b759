"""Upstream by the key that a job runs on: the `Upstreams` port, composed of a client, keys and permits.

The stack's key serves every job that was not accepted on its tenant's own. Decides nothing about jobs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from darkroom.jobs.job import Job
from darkroom.ports import Permits, Upstream


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One version of a tenant's own upstream key."""

    tenant: str
    version: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """What may be shown of a tenant's own key.

    `fingerprint`: the first 8 hexadecimal digits of its SHA-256. `created_at`: Unix seconds.
    """

    fingerprint: str
    created_at: int


class OwnKeys(Protocol):
    def current(self, tenant: str) -> OwnKey:
        """As it stands now, never as it once stood. Raises KeyRemovedError, ThrottledError."""

    def version(self, tenant: str, version: str) -> OwnKey:
        """Also one that was replaced since; one that was removed only by luck.

        Raises KeyRemovedError, ThrottledError.
        """


@dataclass(frozen=True, slots=True)
class KeyedUpstreams:
    """`permits_of` gives the same permits for the same account."""

    stacks: Upstream
    own_keys: OwnKeys
    client_on: Callable[[OwnKey], Upstream]
    permits_of: Callable[[str], Permits]

    def current_version(self, job: Job) -> str | None:
        return self.own_keys.current(job.tenant).version if job.terms.own_upstream_key else None

    def of(self, job: Job) -> Upstream:
        if not job.terms.own_upstream_key:
            return self.stacks
        assert job.attempt is not None  # only an attempt has anything to do with upstream
        assert job.attempt.key_version is not None
        return self.client_on(self.own_keys.version(job.tenant, job.attempt.key_version))

    def permits(self, account: str) -> Permits:
        return self.permits_of(account)
