"""The composition root of what the function `accounts` does, as `wiring` is of the jobs'."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from darkroom import adapters, upstream_adapters
from darkroom.settings import settings

if TYPE_CHECKING:
    from darkroom.usecases.balance import Balances
    from darkroom.usecases.sub_accounts import SubAccountKeeper
    from darkroom.usecases.webhook_secret import SecretKeeper
    from darkroom.wavespeed.client import WaveSpeed


@cache
def balances() -> Balances:
    from darkroom.usecases.balance import Balances

    def upstream(tenant: str | None) -> WaveSpeed:
        if tenant is None:
            return adapters.upstream()
        return upstream_adapters.client_on(upstream_adapters.own_keys().current(tenant))

    return Balances(adapters.budgets(), upstream, time.time)


@cache
def secret_keeper() -> SecretKeeper:
    from darkroom.aws.rotation_turns import DynamoRotationTurns
    from darkroom.aws.webhook_secrets import SecretParameters
    from darkroom.usecases.webhook_secret import SecretKeeper
    from darkroom.webhooks.standard_webhooks import new_secret

    clients, here = adapters.clients(), settings()
    return SecretKeeper(
        SecretParameters(clients.ssm, here.tenant_parameters),
        DynamoRotationTurns(clients.dynamodb, here.accounts_table),
        new_secret,
        time.time,
    )


@cache
def sub_account_keeper() -> SubAccountKeeper:
    from darkroom.aws.webhook_secrets import SecretParameters
    from darkroom.usecases.sub_accounts import SubAccountKeeper
    from darkroom.webhooks.standard_webhooks import new_secret

    secrets = SecretParameters(adapters.clients().ssm, settings().tenant_parameters)
    return SubAccountKeeper(adapters.sub_accounts(), secrets, new_secret, time.time)
