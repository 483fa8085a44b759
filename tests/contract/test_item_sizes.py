"""What is written again and again in AccountsTable stays below 1 KB at its largest, as its adapters write it.

JobsTable's items are in tests/unit/aws/test_item_sizes.py.
"""

from typing import Any

import pytest

from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.budgets import Budgets
from darkroom.aws.clients import Clients
from darkroom.aws.prices import StoredPrices
from darkroom.aws.rate_limits import DynamoRateLimits
from darkroom.aws.rotation_turns import DynamoRotationTurns
from darkroom.aws.sub_accounts import DynamoSubAccounts
from darkroom.faces.aigateway.sub_account_request import (
    MAX_CAP_CENTS,
    MAX_NAME_CHARACTERS,
    MAX_REQUESTS_PER_MINUTE,
)
from darkroom.jobs.catalogue import MODELS
from darkroom.jobs.ids import new_sub_account_id
from darkroom.jobs.money import MICROUSD, MICROUSD_A_CENT
from darkroom.jobs.sub_account import SubAccountTerms
from unit.aws.write_units import BYTES_A_UNIT, item_bytes

NOW = 1_795_173_841.203456
OWNER = "t" * 39
KINDS = {"budget", "key", "prices", "profile", "rate", "rotation"}
"""By the sort key, up to its first #: every kind that there is, but for `sub`, which never changes."""


@pytest.fixture
def items(clients: Clients, accounts_table_name: str) -> list[dict[str, Any]]:
    """As large as each gets: filled in by the adapters, in a process that knows nothing else."""
    table = (clients.dynamodb, accounts_table_name)
    AccountsTable(*table).create_tenant(OWNER, NOW)
    terms = SubAccountTerms("\U0001f5bc" * MAX_NAME_CHARACTERS, MAX_CAP_CENTS * MICROUSD_A_CENT, 100_000)
    tenant = new_sub_account_id()
    DynamoSubAccounts(*table).add(OWNER, tenant, terms, NOW)
    AccountsTable(*table).set_own_upstream_key(tenant, True)
    for name in (OWNER, tenant):
        AccountsTable(*table).set_cap(name, 10**9 * MICROUSD)
        AccountsTable(*table).set_requests_per_minute(name, MAX_REQUESTS_PER_MINUTE)
        Budgets(*table).set_cap(name, None)
        DynamoRateLimits(*table).take(name, MAX_REQUESTS_PER_MINUTE, NOW)
        turns = DynamoRotationTurns(*table)
        for _ in range(2):
            turn = turns.take(name, NOW)
            assert turn is not None
            turns.end(name, turn, 10**9)
        turns.take(name, NOW)
    StoredPrices(*table).store({model.id: 10**9 for model in MODELS}, NOW)
    return clients.dynamodb.scan(TableName=accounts_table_name)["Items"]


def test_each_kind_of_item_is_below_one_write_unit(items: list[dict[str, Any]]) -> None:
    sizes: dict[str, int] = {}
    for item in items:
        kind = item["sk"]["S"].partition("#")[0]
        sizes[kind] = max(sizes.get(kind, 0), item_bytes(item))
    assert sizes.keys() - {"sub"} == KINDS
    assert {kind: size for kind, size in sizes.items() if size >= BYTES_A_UNIT} == {}
