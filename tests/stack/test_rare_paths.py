"""What few requests do, on the deployed stack: each is all that one permission of a role is there for."""

import secrets
import time

import httpx

from darkroom.jobs.money import Budget
from stack.conftest import Stack
from stack.recorded import Recorder, wait_for_tasks
from stack.test_accounts import made, owner  # noqa: F401  # a fixture
from stack.test_budget import CAP, PRICE, Tenant
from stack.test_own_upstream_key import Tenant as KeyOwner
from stack.test_own_upstream_key import tenant as key_owner  # noqa: F401  # a fixture


def test_a_job_that_waits_shows_its_place(stack: Stack) -> None:
    with Recorder(stack) as recorder, recorder.environment("poller", UPSTREAM_CONCURRENT_TASKS="1"):
        stack.simulator.settings(inference_seconds=4)
        stack.submit("the first in the line")
        wait_for_tasks(stack, 1, ended=False)
        waiting = str(stack.submit("the second")["id"])
        ends_at = time.monotonic() + 4
        while (place := stack.api.job(waiting)["queue"]) is None and time.monotonic() < ends_at:
            time.sleep(0.2)
        stack.received(2, 30)
    assert place is not None
    assert place["position"] == 1


def test_a_charge_that_upstream_denied_is_booked_when_its_callback_comes(stack: Stack) -> None:
    """Refused, says the reply; the task is there all the same, and calls back."""
    tenant = Tenant(stack)
    tenant.set_cap(CAP)
    stack.simulator.settings(inference_seconds=2)
    stack.simulator.arm("error_500_created", status=400)
    job = tenant.post(0).json()
    assert tenant.api.finished(job["id"])["billing"]["billed"] is False
    ends_at = time.monotonic() + 10
    while tenant.budget() != Budget(CAP, spent=PRICE) and time.monotonic() < ends_at:
        time.sleep(0.1)
    assert tenant.budget() == Budget(CAP, spent=PRICE)
    assert tenant.api.job(job["id"])["billing"]["billed"] is True
    tenant.api.close()


def test_a_sub_account_without_a_cap_stays_without(owner: httpx.Client) -> None:  # noqa: F811
    sub_account = made(owner)
    changed = owner.patch(f"/v1/sub-accounts/{sub_account['id']}", json={"spend_cap_cents": None})
    assert (changed.status_code, changed.json()["spend_cap_cents"]) == (200, None)


def test_a_second_key_takes_the_first_ones_place(key_owner: KeyOwner) -> None:  # noqa: F811
    first = key_owner.put(key_owner.key)
    another = f"simulated-own-{secrets.token_hex(16)}"
    key_owner.stack.simulator.open_account(another, f"whsec_{secrets.token_hex(24)}")
    second = key_owner.put(another)
    assert second["fingerprint"] != first["fingerprint"]
    assert key_owner.api.http.get("/v1/upstream-key").json()["fingerprint"] == second["fingerprint"]


def test_all_events_since_a_time_are_delivered_again(stack: Stack) -> None:
    since = int(time.time())
    job = stack.submit("a bell that rings twice")
    [first] = stack.received(1)
    stack.api.delivered(job["id"])
    answer = stack.api.http.post("/v1/webhooks/replay", json={"since": since, "status": "all"})
    assert answer.status_code == 202, answer.text
    _, again = stack.received(2)
    assert (again.webhook_id, again.body) == (first.webhook_id, first.body)
