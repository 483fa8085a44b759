"""The operator's commands on money: caps, rates, prices, and upstream's own prices from the simulator."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contract.test_accounts_commands import StackClients
from darkroom.admin import main
from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.budgets import Budgets
from darkroom.aws.clients import Clients
from darkroom.aws.prices import StoredPrices
from darkroom.jobs.catalogue import DREAMINA_V31, SEEDREAM_V31
from darkroom.jobs.money import Budget
from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.control import SimulatorControl
from local.simulator.settings import Settings

Run = Callable[..., int]


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(picture_style="plain")) as control:
        yield control


@pytest.fixture
def run(clients: Clients, accounts_table_name: str) -> Run:
    def run(*arguments: str, **outputs: str) -> int:
        given = {"AccountsTableName": "accounts", "TenantParametersPrefix": "/here/tenants"} | outputs
        return main([*arguments, "--stack", "here"], lambda region: StackClients(clients, given))

    return run


@pytest.fixture
def accounts(clients: Clients, accounts_table_name: str) -> AccountsTable:
    accounts = AccountsTable(clients.dynamodb, accounts_table_name)
    accounts.create_tenant("acme", 1.0)
    return accounts


@pytest.fixture
def budgets(clients: Clients) -> Budgets:
    return Budgets(clients.dynamodb, "accounts")


def payers(accounts: AccountsTable) -> tuple[str, ...]:
    account = accounts.account("acme")
    assert account is not None
    return account.payers


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_cap_is_set_moved_and_lifted(
    run: Run, accounts: AccountsTable, budgets: Budgets, capsys: pytest.CaptureFixture[str]
) -> None:
    assert payers(accounts) == ()
    assert run("set-cap", "acme", "25.50") == 0
    assert answer(capsys) == {"tenant": "acme", "cap_usd": "25.5"}
    assert (payers(accounts), budgets.read("acme")) == (("acme",), Budget(25_500_000))
    run("set-cap", "acme", "0.027")
    assert budgets.read("acme") == Budget(27_000)
    assert run("set-cap", "acme", "none") == 0
    assert (payers(accounts), budgets.read("acme")) == ((), None)


def test_a_rate_is_set_and_taken_away(run: Run, accounts: AccountsTable) -> None:
    def rate() -> int | None:
        account = accounts.account("acme")
        return account.requests_per_minute if account else -1

    run("set-rate", "acme", "60")
    assert rate() == 60
    run("set-rate", "acme", "none")
    assert rate() is None


@pytest.mark.parametrize("command", [("set-cap", "nobody", "1"), ("set-rate", "nobody", "1")])
def test_an_unknown_tenant_gets_neither(
    run: Run, accounts: AccountsTable, budgets: Budgets, command: tuple[str, ...]
) -> None:
    assert run(*command) == 1
    assert budgets.read("nobody") is None


@pytest.mark.parametrize("usd", ["-1", "0", "nan", "1e99", "0.0000001", "ten", ""])
def test_what_is_no_amount_of_micro_dollars_is_refused(run: Run, accounts: AccountsTable, usd: str) -> None:
    with pytest.raises(SystemExit):
        run("set-cap", "acme", usd)


@pytest.mark.parametrize("rate", ["0", "-5", "1.5", "many"])
def test_what_is_no_rate_is_refused(run: Run, accounts: AccountsTable, rate: str) -> None:
    with pytest.raises(SystemExit):
        run("set-rate", "acme", rate)


def test_a_price_is_set(run: Run, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("set-price", SEEDREAM_V31.id, "0.02") == 0
    assert answer(capsys) == {SEEDREAM_V31.id: "0.02"}
    assert StoredPrices(clients.dynamodb, "accounts").price_microusd(SEEDREAM_V31.id) == 20_000


def upstream(clients: Clients, simulator: SimulatorControl, key: str) -> dict[str, str]:
    secret = clients.secretsmanager.create_secret(Name="upstream-key", SecretString=key)["ARN"]
    return {"UpstreamUrl": f"{simulator.url}/api/v3", "UpstreamKeyArn": secret}


def test_upstreams_prices_are_asked_for_and_stored_exactly(
    run: Run, clients: Clients, simulator: SimulatorControl, capsys: pytest.CaptureFixture[str]
) -> None:
    simulator.settings(prices_microusd={DREAMINA_V31.id: 29_000, SEEDREAM_V31.id: 17_301})
    assert run("refresh-prices", **upstream(clients, simulator, TEST_CREDENTIALS.key)) == 0
    assert answer(capsys) == {DREAMINA_V31.id: "0.029", SEEDREAM_V31.id: "0.017301"}
    prices = StoredPrices(clients.dynamodb, "accounts")
    assert prices.price_microusd(DREAMINA_V31.id) == 29_000
    assert prices.price_microusd(SEEDREAM_V31.id) == 17_301


def test_without_an_answer_the_prices_stay_as_they_are(
    run: Run, clients: Clients, simulator: SimulatorControl, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("refresh-prices", **upstream(clients, simulator, "no-such-key")) == 1
    assert "all stay as they are" in capsys.readouterr().err
    assert StoredPrices(clients.dynamodb, "accounts").price_microusd(DREAMINA_V31.id) == 27_000
