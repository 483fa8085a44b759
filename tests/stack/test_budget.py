"""Spend caps and rates on the deployed stack: fifty callers at once, and not one picture beyond the cap."""

import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from darkroom.admin_money import upstream_prices
from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.budgets import Budgets, budget_key
from darkroom.aws.clients import Clients
from darkroom.aws.stack import StackOutputs
from darkroom.jobs.money import Budget
from local.api import TERMINAL, Api
from stack.conftest import DREAMINA, Stack
from stack.test_roles import client as role_client
from stack.test_roles import refused

PRICE = 27_000
CAP = 20 * PRICE
BODY = {"model": DREAMINA, "prompt": "one of many", "size": "512*512"}


class Tenant:
    """A new one, made as the operator makes one."""

    def __init__(self, stack: Stack) -> None:
        client, table = stack.client("dynamodb"), stack.state["accounts_table"]
        self.name = f"money-{secrets.token_hex(4)}"
        self.accounts, self.budgets = AccountsTable(client, table), Budgets(client, table)
        key = self.accounts.create_tenant(self.name, time.time()).api_key
        self.api = Api(stack.state["api_url"], key)

    def set_cap(self, cap_microusd: int) -> None:
        self.accounts.set_cap(self.name, cap_microusd)

    def budget(self) -> Budget:
        budget = self.budgets.read(self.name)
        assert budget is not None
        return budget

    def post(self, number: int) -> httpx.Response:
        body = BODY | {"tag": f"picture-{number}"}
        return self.api.http.post("/v1/jobs", json=body, timeout=60)

    def usage(self) -> dict[str, Any]:
        answer = self.api.http.get("/v1/usage", params={"group_by": "day,model"})
        assert answer.status_code == 200, answer.text
        usage: dict[str, Any] = answer.json()
        return usage

    def wait_for_ends(self) -> list[dict[str, Any]]:
        ends_at = time.monotonic() + 90
        while time.monotonic() < ends_at:
            jobs = self.api.all_jobs()
            if all(job["status"] in TERMINAL for job in jobs):
                return jobs
            time.sleep(0.5)
        raise TimeoutError("jobs are still under way")


@pytest.fixture
def tenant(stack: Stack) -> Iterator[Tenant]:
    made = Tenant(stack)
    yield made
    made.api.close()


class Watch:
    """Reads the budget all the time, and keeps what it saw."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.seen: list[Budget] = []

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.seen.append(self._tenant.budget())

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def test_fifty_callers_at_a_cap_for_twenty_pictures_get_twenty(stack: Stack, tenant: Tenant) -> None:
    stack.simulator.arm("fail", error_code=1200, count=3)
    stack.simulator.settings(inference_seconds=15)  # nothing ends, and gives back, before all have asked
    tenant.set_cap(CAP)
    with Watch(tenant) as watch:
        with ThreadPoolExecutor(50) as threads:
            replies = list(threads.map(tenant.post, range(50)))
        statuses = [reply.status_code for reply in replies]
        jobs = tenant.wait_for_ends()
    assert (statuses.count(202), statuses.count(402)) == (20, 30)
    assert len(jobs) == 20
    assert watch.seen
    assert max(budget.spent + budget.reserved for budget in watch.seen) <= CAP
    completed = [job for job in jobs if job["status"] == "completed"]
    assert (len(completed), stack.simulator.stats().accepted) == (17, 20)
    assert tenant.budget() == Budget(CAP, spent=17 * PRICE, reserved=0)
    usage = tenant.usage()
    assert (usage["totals"]["images"], usage["totals"]["failed"]) == (17, 3)
    assert usage["totals"]["spent_usd"] == usage["budget"]["spent_usd"] == 17 * PRICE / 1e6
    assert usage["data"][0]["model"] == DREAMINA
    assert tenant.post(50).status_code == 202  # what the failed ones gave back


def test_a_cancelled_job_settles_by_what_is_known_of_its_charge(stack: Stack, tenant: Tenant) -> None:
    stack.simulator.settings(inference_seconds=20)
    tenant.set_cap(CAP)
    job = tenant.post(0).json()
    while tenant.api.job(job["id"])["status"] != "processing":
        time.sleep(0.05)
    assert tenant.budget() == Budget(CAP, reserved=PRICE)
    assert tenant.api.cancel(job["id"])["billing"]["billed"] == "unknown"
    assert tenant.budget() == Budget(CAP, spent=PRICE)


def test_the_minutes_requests_are_shared_by_all_who_call_at_once(stack: Stack, tenant: Tenant) -> None:
    tenant.accounts.set_requests_per_minute(tenant.name, 8)
    started = time.time()
    with ThreadPoolExecutor(16) as threads:
        replies = list(threads.map(tenant.post, range(24)))
    statuses = [reply.status_code for reply in replies]
    expected = 8 if started // 60 == time.time() // 60 else statuses.count(202)
    assert (statuses.count(202), statuses.count(429)) == (expected, 24 - expected)
    assert 8 <= statuses.count(202) <= 16
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["x-ratelimit-limit-requests"] == "8"


def test_the_operator_can_ask_the_stacks_upstream_for_its_prices(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "AWS_ENDPOINT_URL": stack.state["aws_endpoint_url"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    clients = Clients(stack.state["region"])
    outputs = StackOutputs(clients.cloudformation, stack.state["stack_name"])
    assert upstream_prices(clients, outputs)[DREAMINA] == PRICE


def test_an_owner_reads_the_usage_of_its_sub_account(stack: Stack, tenant: Tenant) -> None:
    made = tenant.api.http.post("/v1/sub-accounts", json={"name": "the shop", "spend_cap_cents": 2.7}).json()
    theirs = Api(stack.state["api_url"], made["key"])
    assert theirs.http.post("/v1/jobs", json=BODY).status_code == 202
    assert theirs.http.post("/v1/jobs", json=BODY).status_code == 402
    usage = tenant.api.http.get("/v1/usage", params={"sub_account": made["id"]}).json()
    assert (usage["totals"]["jobs"], usage["budget"]["cap_usd"]) == (1, 0.027)
    assert theirs.http.get("/v1/usage", params={"sub_account": tenant.name}).status_code == 404
    theirs.close()


def test_only_whose_saves_can_settle_writes_to_budgets(stack: Stack, tenant: Tenant) -> None:
    tenant.set_cap(CAP)
    update = {
        "TableName": stack.state["accounts_table"],
        "Key": budget_key(tenant.name),
        "UpdateExpression": "ADD reserved :none",
        "ExpressionAttributeValues": {":none": {"N": "0"}},
    }
    for role in ("SubmitRole", "PollerRole", "CallbackRole"):
        role_client(stack, role, "dynamodb").update_item(**update)
    for role in ("QueryRole", "WebhookRole", "ReconcilerRole", "AuthorizerRole"):
        assert refused(role_client(stack, role, "dynamodb").update_item, **update)
