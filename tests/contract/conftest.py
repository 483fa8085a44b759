"""The AWS side of the contract suites: moto in process, with the tables and the bucket of the template."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from darkroom.aws.clients import Clients
from darkroom.aws.jobs_table import DynamoJobsTable
from darkroom.ports import JobsTable
from memory.jobs_table import MemoryJobsTable

REGION = "eu-central-1"


@pytest.fixture(scope="session")
def all_clients() -> Clients:
    """Made once: it is botocore's reading of its models that takes the time."""
    return Clients(REGION)


@pytest.fixture
def clients(all_clients: Clients, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """An account of its own for each test."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield all_clients


@pytest.fixture(params=["memory", "dynamodb"])
def jobs_table(request: pytest.FixtureRequest) -> JobsTable:
    if request.param == "memory":
        return MemoryJobsTable()
    client = request.getfixturevalue("clients").dynamodb
    accounts = request.getfixturevalue("accounts_table_name")
    return DynamoJobsTable(client, request.getfixturevalue("jobs_table_name"), 30, accounts)


@pytest.fixture
def jobs_table_name(clients: Clients) -> str:
    clients.dynamodb.create_table(
        TableName="jobs",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            *_strings("pk", "sk", "tenant", "created", "due", "backlog", "place"),
            {"AttributeName": "due_at", "AttributeType": "N"},
        ],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            _index("by_tenant", "tenant", "created"),
            _index("by_due", "due", "due_at"),
            _index("by_backlog", "backlog", "place"),
        ],
    )
    return "jobs"


@pytest.fixture
def accounts_table_name(clients: Clients) -> str:
    clients.dynamodb.create_table(
        TableName="accounts",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=_strings("pk", "sk"),
        KeySchema=_keys("pk", "sk"),
    )
    return "accounts"


def _strings(*names: str) -> list[Any]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def _index(name: str, hash_key: str, range_key: str) -> Any:
    return {
        "IndexName": name,
        "KeySchema": _keys(hash_key, range_key),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def _keys(hash_key: str, range_key: str) -> list[Any]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]
