"""The upstream accounts: the stack's, and a tenant's own while it has a key."""

from collections.abc import Callable
from typing import cast

from darkroom.jobs.job import STACKS_ACCOUNT
from darkroom.ports import KeyRemovedError, Permits, Upstream
from darkroom.upstreams import KeyedUpstreams, OwnKey
from simulation.boundary import Boundary, Effects


class OwnKeys:
    """One tenant at most has a key of its own; it may be replaced, and removed."""

    def __init__(self) -> None:
        self.tenants: set[str] = set()
        self.rotations = 0

    def current(self, tenant: str) -> OwnKey:
        return self.version(tenant, f"v{1 + self.rotations}")

    def rotate(self) -> None:
        self.rotations += 1

    def version(self, tenant: str, version: str) -> OwnKey:
        if tenant not in self.tenants:
            raise KeyRemovedError(tenant)
        return OwnKey(tenant, version, "not-a-key")


class Accounts:
    """`upstream_of` and `permits_of` make those of an account when it is first asked for."""

    def __init__(
        self,
        effects: Effects,
        upstream_of: Callable[[str], object],
        permits_of: Callable[[str], object],
    ) -> None:
        self.own_keys = OwnKeys()
        self.permits: dict[str, object] = {}
        self._effects = effects
        self._upstream_of = upstream_of
        self._permits_of = permits_of
        self._upstreams: dict[str, Boundary] = {}
        self._guarded: dict[str, Boundary] = {}
        self.keyed = KeyedUpstreams(
            self._upstream(STACKS_ACCOUNT),
            cast(OwnKeys, Boundary(effects, "own_keys", self.own_keys, "secretsmanager")),
            lambda key: self._upstream(f"tenant/{key.tenant}"),
            self.permits_of,
        )

    def permits_of(self, account: str) -> Permits:
        if account not in self._guarded:
            self.permits[account] = self._permits_of(account)
            self._guarded[account] = Boundary(
                self._effects, f"permits[{account}]", self.permits[account], "dynamodb"
            )
        return cast(Permits, self._guarded[account])

    def _upstream(self, account: str) -> Upstream:
        if account not in self._upstreams:
            self._upstreams[account] = Boundary(
                self._effects, f"upstream[{account}]", self._upstream_of(account)
            )
        return cast(Upstream, self._upstreams[account])
