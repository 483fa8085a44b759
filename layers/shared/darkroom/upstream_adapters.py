"""The adapters that there are one of for each upstream account: the stack's, and the tenants' own.

As in `adapters`: built when first asked for, modules imported where they are used.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from darkroom import adapters
from darkroom.settings import settings

if TYPE_CHECKING:
    from darkroom.aws.permits import DynamoPermits
    from darkroom.aws.upstream_key_registry import UpstreamKeyRegistry
    from darkroom.aws.upstream_keys import UpstreamKeys
    from darkroom.upstreams import KeyedUpstreams, OwnKey
    from darkroom.wavespeed.callback_secret import CallbackSecret
    from darkroom.wavespeed.client import WaveSpeed

_KEPT_ACCOUNTS = 256
"""A process keeps the state of so many accounts at most; what falls out is read again."""


@cache
def upstreams() -> KeyedUpstreams:
    from darkroom.upstreams import KeyedUpstreams

    return KeyedUpstreams(adapters.upstream(), own_keys(), client_on, permits)


@cache
def own_keys() -> UpstreamKeys:
    from darkroom.aws.upstream_keys import UpstreamKeys

    return UpstreamKeys(adapters.clients().secretsmanager, _secrets_prefix())


@cache
def own_key_registry() -> UpstreamKeyRegistry:
    from darkroom.aws.upstream_key_registry import UpstreamKeyRegistry

    return UpstreamKeyRegistry(
        adapters.clients().secretsmanager, _secrets_prefix(), adapters.accounts_table()
    )


def client_on(key: OwnKey) -> WaveSpeed:
    """Made for each use: connections are shared, and a client is little more than its key."""
    from darkroom.wavespeed.client import WaveSpeed

    return WaveSpeed(adapters.upstream_http(), settings().upstream_url, lambda: key.api_key)


@lru_cache(maxsize=_KEPT_ACCOUNTS)
def permits(name: str) -> DynamoPermits:
    """What a tenant's own account allows is unknown: it is taken to have the limits of the stack's."""
    from darkroom.aws.permits import DynamoPermits
    from darkroom.jobs.permits import PermitLimits

    here = settings()
    limits = PermitLimits(
        here.upstream_images_per_minute, here.upstream_concurrent_tasks, here.upstream_timeout_seconds
    )
    return DynamoPermits(adapters.clients().dynamodb, here.jobs_table, limits, name)


@cache
def callback_secret() -> CallbackSecret:
    """Of the stack's account."""
    from darkroom.wavespeed.callback_secret import CallbackSecret

    return CallbackSecret(adapters.upstream().webhook_secret)


@lru_cache(maxsize=_KEPT_ACCOUNTS)
def own_callback_secret(tenant: str, key_version: str) -> CallbackSecret:
    """Of the account that the tenant's own key opens. To read it may raise KeyRemovedError too."""
    from darkroom.wavespeed.callback_secret import CallbackSecret

    return CallbackSecret(lambda: client_on(own_keys().version(tenant, key_version)).webhook_secret())


def _secrets_prefix() -> str:
    """The tenants' parameters' own, as secrets have it: their names don't begin with a slash."""
    return settings().tenant_parameters.removeprefix("/")
