"""The operator's commands: what they answer, and what they say when it can't be done."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom.admin import main
from darkroom.aws.accounts_table import AccountsTable, Principal
from darkroom.aws.clients import Clients
from darkroom.aws.webhook_secrets import SsmWebhookSecrets

Run = Callable[..., int]
OUTPUTS = {"AccountsTableName": "accounts", "TenantParametersPrefix": "/here/tenants"}


class OneStack:
    """CloudFormation with the one stack `here`, or with none: moto's needs more than is installed."""

    def __init__(self, outputs: dict[str, str] | None) -> None:
        self._outputs = outputs

    def describe_stacks(self, *, StackName: str) -> Any:  # noqa: N803  # botocore's own name
        if self._outputs is None or StackName != "here":
            error: Any = {"Error": {"Code": "ValidationError", "Message": "Stack does not exist"}}
            raise ClientError(error, "DescribeStacks")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self._outputs.items()]
        return {"Stacks": [{"StackName": StackName, "Outputs": outputs}]}


class StackClients(Clients):
    def __init__(self, clients: Clients, outputs: dict[str, str] | None) -> None:
        super().__init__()
        self._others = clients
        self._stack: Any = OneStack(outputs)

    def _client(self, service: str, **config: Any) -> Any:
        return self._stack if service == "cloudformation" else getattr(self._others, service)


@pytest.fixture
def run(clients: Clients, accounts_table_name: str) -> Run:
    def run(*arguments: str, outputs: dict[str, str] | None = OUTPUTS) -> int:
        return main([*arguments, "--stack", "here"], lambda region: StackClients(clients, outputs))

    return run


@pytest.fixture
def accounts(clients: Clients) -> AccountsTable:
    return AccountsTable(clients.dynamodb, "accounts")


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    printed: dict[str, str] = json.loads(capsys.readouterr().out)
    return printed


def test_a_new_tenant_can_call_and_be_called(
    run: Run, clients: Clients, accounts: AccountsTable, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("create-tenant", "acme") == 0
    made = answer(capsys)
    assert made["tenant"] == "acme"
    assert accounts.find_key(made["api_key"]) == Principal("acme", made["key_id"])
    assert list(SsmWebhookSecrets(clients.ssm, "/here/tenants").secrets("acme")) == [made["webhook_secret"]]
    assert made["webhook_secret"].startswith("whsec_")


def test_a_stack_that_doesn_t_name_its_prefix_has_its_own(run: Run, clients: Clients) -> None:
    run("create-tenant", "acme", outputs={"AccountsTableName": "accounts"})
    assert len(SsmWebhookSecrets(clients.ssm, "/here/tenants").secrets("acme")) == 1


def test_a_tenant_that_exists_keeps_its_secret(
    run: Run, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create-tenant", "acme")
    made = answer(capsys)
    assert run("create-tenant", "acme") == 1
    assert "acme exists" in capsys.readouterr().err
    assert list(SsmWebhookSecrets(clients.ssm, "/here/tenants").secrets("acme")) == [made["webhook_secret"]]


def test_a_further_key_works_until_it_is_revoked_by_itself(
    run: Run, accounts: AccountsTable, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create-tenant", "acme")
    first = answer(capsys)
    run("create-key", "acme", "--name", "for the shop")
    second = answer(capsys)
    assert run("revoke-key", second["api_key"]) == 0
    assert accounts.find_key(second["api_key"]) is None
    assert accounts.find_key(first["api_key"]) is not None


def test_a_removed_tenants_key_is_refused(
    run: Run, accounts: AccountsTable, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create-tenant", "acme")
    key = answer(capsys)["api_key"]
    assert run("remove-tenant", "acme") == 0
    assert answer(capsys) == {"removed": "acme"}
    assert accounts.find_caller(key) is None
    assert run("remove-tenant", "acme") == 1


def test_a_key_is_revoked_by_its_id_and_tenant(
    run: Run, accounts: AccountsTable, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create-tenant", "acme")
    made = answer(capsys)
    assert run("revoke-key", made["key_id"], "--tenant", "acme") == 0
    assert accounts.find_key(made["api_key"]) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create-tenant", "No_Good"), "No_Good is no tenant's id"),
        (("create-key", "nobody"), "there is no tenant nobody"),
        (("revoke-key", "key_unknown"), "no such key"),
        (("revoke-key", "key_unknown", "--tenant", "acme"), "no such key"),
    ],
)
def test_what_can_t_be_done_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(*arguments) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_a_stack_that_is_not_there_is_named(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("create-tenant", "acme", outputs=None) == 1
    assert "there is no stack here" in capsys.readouterr().err


def test_a_stack_of_something_else_is_told_apart(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("create-tenant", "acme", outputs={}) == 1
    assert "AccountsTableName" in capsys.readouterr().err
