"""Caps, prices and rates through the handler: what is let in, what is refused, and in which words."""

import json
from typing import Any

import pytest

from darkroom import adapters, wiring
from darkroom.jobs.booking import Booking
from darkroom.jobs.catalogue import DREAMINA_V31, SEEDREAM_V31
from darkroom.jobs.money import Budget
from darkroom.ports import JobsFilter
from functional.aws import Stack, client
from submit.app import lambda_handler

PRICE = 27_000

pytestmark = pytest.mark.usefixtures("stack")


def post(event: Any, context: Any, key: str | None = None, **changes: Any) -> Any:
    """The reply to a job of acme's, which has a spend cap; changes are the body's, or the caller's."""
    request = event("submit-create-job")
    names = ("tenant", "payers", "owner", "requests_per_minute", "owner_requests_per_minute")
    caller = {name: changes.pop(name) for name in names if name in changes}
    own_key = {"own_upstream_key": "true"} if changes.pop("own_upstream_key", False) else {}
    request["requestContext"]["authorizer"] |= {"payers": "acme"} | caller | own_key
    headers = changes.pop("headers", {})
    request["headers"] = {
        name: value for name, value in request["headers"].items() if name != "Idempotency-Key"
    }
    request["headers"] |= ({"Idempotency-Key": key} if key else {}) | headers
    request["body"] = json.dumps(json.loads(request["body"]) | changes)
    return lambda_handler(request, context)


def error_of(reply: Any) -> Any:
    return json.loads(reply["body"])["error"]


def jobs_of(tenant: str = "acme") -> int:
    return len(adapters.jobs_table().list(tenant, JobsFilter(), 100, None).jobs)


def test_a_job_under_the_cap_is_accepted_and_reserved(event: Any, context: Any) -> None:
    adapters.budgets().set_cap("acme", 100_000)
    reply = post(event, context)
    assert reply["statusCode"] == 202
    assert reply["multiValueHeaders"]["x-cost-cents"] == ["2.7"]
    assert adapters.budgets().read("acme") == Budget(100_000, reserved=PRICE)


def test_at_the_cap_the_answer_is_402_and_nothing_is_written_or_sent(
    event: Any, context: Any, stack: Stack
) -> None:
    adapters.budgets().set_cap("acme", PRICE + 1_000)
    assert post(event, context)["statusCode"] == 202
    reply = post(event, context)
    error = error_of(reply)
    assert (reply["statusCode"], error["code"], error["type"]) == (
        402,
        "insufficient_credits",
        "insufficient_credits",
    )
    assert error["message"] == (
        "This needs $0.027, but of the spend cap of $0.028 $0.00 are spent and $0.027 reserved for jobs "
        "under way."
    )
    assert jobs_of() == 1
    queue = client("sqs")
    messages = queue.receive_message(QueueUrl=stack.jobs_queue_url, MaxNumberOfMessages=10)["Messages"]
    assert len(messages) == 1


def test_an_owners_cap_holds_for_a_sub_account_and_its_sums_stay_the_owners(event: Any, context: Any) -> None:
    adapters.budgets().set_cap("acme", 100_000)
    adapters.budgets().set_cap("globex", PRICE - 1)
    reply = post(event, context, payers="acme,globex", owner="globex")
    assert reply["statusCode"] == 402
    assert error_of(reply)["message"] == (
        "This needs $0.027, more than the account that this one belongs to has left under its spend cap."
    )
    assert adapters.budgets().read("acme") == Budget(100_000)


def test_a_repeated_key_at_the_cap_is_answered_with_its_job(event: Any, context: Any) -> None:
    adapters.budgets().set_cap("acme", PRICE)
    first = post(event, context, "order-1")
    again = post(event, context, "order-1")
    assert (first["statusCode"], again["statusCode"]) == (202, 202)
    assert json.loads(first["body"])["id"] == json.loads(again["body"])["id"]
    assert adapters.budgets().read("acme") == Budget(PRICE, reserved=PRICE)


def test_a_cancelled_job_gives_its_reservation_back(event: Any, context: Any) -> None:
    adapters.budgets().set_cap("acme", PRICE)
    job_id = json.loads(post(event, context)["body"])["id"]
    cancel = event("submit-cancel-job")
    cancel["path"], cancel["pathParameters"] = f"/v1/jobs/{job_id}/cancel", {"id": job_id}
    assert lambda_handler(cancel, context)["statusCode"] == 200
    job = adapters.jobs_table().get("acme", job_id)
    assert job is not None
    assert job.booked is Booking.RELEASED
    assert adapters.budgets().read("acme") == Budget(PRICE)


def test_a_model_without_a_price_can_t_be_used_under_a_cap_until_there_is_one(
    event: Any, context: Any
) -> None:
    adapters.budgets().set_cap("acme", 100_000)
    seedream = {"model": SEEDREAM_V31.id, "size": "1024*1024"}
    refused = post(event, context, **seedream)
    assert (refused["statusCode"], error_of(refused)["code"]) == (422, "price_unknown")
    assert "refresh the prices" in error_of(refused)["message"]
    assert jobs_of() == 0
    uncapped = post(event, context, payers="", **seedream)
    assert uncapped["statusCode"] == 202
    assert uncapped["multiValueHeaders"]["x-cost-cents"] == ["unknown"]
    adapters.prices().store({SEEDREAM_V31.id: 20_000}, 1.0)
    adapters.prices.cache_clear()  # as if a minute had passed
    wiring.acceptor.cache_clear()
    assert post(event, context, **seedream)["statusCode"] == 202
    assert adapters.budgets().read("acme") == Budget(100_000, reserved=20_000)


def test_a_key_that_stands_is_answered_although_the_price_is_unknown_by_now(event: Any, context: Any) -> None:
    seedream = {"model": SEEDREAM_V31.id, "size": "1024*1024"}
    first = post(event, context, "order-1", payers="", **seedream)
    adapters.budgets().set_cap("acme", 100_000)
    again = post(event, context, "order-1", **seedream)
    assert json.loads(first["body"])["id"] == json.loads(again["body"])["id"]
    other = post(event, context, "order-1", **seedream, seed=8)
    assert error_of(other)["code"] == "idempotency_key_reused"


def test_a_request_that_a_crash_left_alone_is_answered_and_booked_on_the_terms_it_was_stored_with(
    event: Any, context: Any, stack: Stack
) -> None:
    first = json.loads(post(event, context, "order-1", payers="")["body"])
    key: Any = {"pk": {"S": f"acme#{first['id']}"}, "sk": {"S": "state"}}
    client("dynamodb").delete_item(TableName=stack.jobs_table, Key=key)
    adapters.prices().store({DREAMINA_V31.id: 33_333}, 1.0)
    adapters.budgets().set_cap("acme", 100_000)
    again = post(event, context, "order-1")
    assert (again["statusCode"], json.loads(again["body"])["id"]) == (202, first["id"])
    assert again["multiValueHeaders"]["x-cost-cents"] == ["2.7"]
    assert adapters.budgets().read("acme") == Budget(100_000)
    job = adapters.jobs_table().get("acme", first["id"])
    assert job is not None
    assert (job.price_microusd, job.terms.payers) == (PRICE, ())


def test_a_job_on_the_tenants_own_upstream_key_costs_nothing_here(event: Any, context: Any) -> None:
    adapters.budgets().set_cap("acme", 1)
    reply = post(event, context, own_upstream_key=True)
    assert reply["statusCode"] == 202
    assert reply["multiValueHeaders"]["x-cost-cents"] == ["0"]
    assert adapters.budgets().read("acme") == Budget(1)


def test_an_operators_price_is_the_one_that_is_reserved(event: Any, context: Any) -> None:
    adapters.prices().store({DREAMINA_V31.id: 33_333}, 1.0)
    adapters.budgets().set_cap("acme", 100_000)
    assert post(event, context)["multiValueHeaders"]["x-cost-cents"] == ["3.3333"]
    assert adapters.budgets().read("acme") == Budget(100_000, reserved=33_333)


def test_the_rate_is_told_with_each_answer_and_429_says_when_to_come_back(event: Any, context: Any) -> None:
    replies = [post(event, context, payers="", requests_per_minute="2") for _ in range(3)]
    assert [reply["statusCode"] for reply in replies] == [202, 202, 429]
    told = [reply["multiValueHeaders"]["x-ratelimit-remaining-requests"][0] for reply in replies]
    assert told == ["1", "0", "0"]
    refused = replies[2]["multiValueHeaders"]
    assert refused["x-ratelimit-limit-requests"] == ["2"]
    assert 1 <= int(refused["x-ratelimit-reset-requests"][0]) <= 90
    assert refused["retry-after"] == refused["x-ratelimit-reset-requests"]
    error = error_of(replies[2])
    assert (error["code"], error["type"]) == ("rate_limit_exceeded", "rate_limit_error")
    assert jobs_of() == 2


def test_all_of_an_owners_sub_accounts_share_its_requests_a_minute(event: Any, context: Any) -> None:
    def of_a_sub_account(number: int) -> Any:
        caller = {"tenant": f"sub-{number}", "owner": "acme", "owner_requests_per_minute": "2"}
        return post(event, context, payers="", **caller)

    replies = [of_a_sub_account(1), post(event, context, payers="", requests_per_minute="2")]
    assert [reply["statusCode"] for reply in replies] == [202, 202]
    refused = of_a_sub_account(2)
    assert refused["statusCode"] == 429
    assert refused["multiValueHeaders"]["x-ratelimit-limit-requests"] == ["2"]
    assert int(refused["multiValueHeaders"]["retry-after"][0]) >= 1


def test_the_headers_tell_the_nearer_limit_and_its_own_is_asked_first(event: Any, context: Any) -> None:
    caller = {"tenant": "sub-1", "owner": "acme", "payers": ""}

    def limits(own: str, owners: str) -> tuple[int, list[str]]:
        given = {"requests_per_minute": own, "owner_requests_per_minute": owners}
        reply = post(event, context, **caller, **given)
        return reply["statusCode"], reply["multiValueHeaders"]["x-ratelimit-limit-requests"]

    assert limits(own="2", owners="90") == (202, ["2"])
    assert limits(own="90", owners="3") == (202, ["3"])
    assert limits(own="2", owners="3") == (429, ["2"])
    assert limits(own="90", owners="3") == (
        202,
        ["3"],
    )  # what its own limit refused, its owner's did not count
    assert limits(own="90", owners="3") == (429, ["3"])


def test_without_a_limit_nothing_is_counted_and_nothing_is_told(
    event: Any, context: Any, stack: Stack
) -> None:
    reply = post(event, context, payers="")
    assert not [name for name in reply["multiValueHeaders"] if name.startswith("x-ratelimit")]
    items = client("dynamodb").scan(TableName=stack.accounts_table)["Items"]
    assert items == []


def test_the_tag_comes_from_the_header_where_the_body_has_none(event: Any, context: Any) -> None:
    headers = {"X-Aig-Tag": "autumn"}
    assert json.loads(post(event, context, payers="", headers=headers, tag=None)["body"])["tag"] == "autumn"
    assert json.loads(post(event, context, payers="", headers=headers, tag="may")["body"])["tag"] == "may"


@pytest.mark.parametrize("tag", ["x" * 65, "a\tb", ""])
def test_a_header_that_is_no_tag_is_refused(event: Any, context: Any, tag: str) -> None:
    reply = post(event, context, payers="", headers={"X-Aig-Tag": tag}, tag=None)
    assert (reply["statusCode"], error_of(reply)["code"]) == (422, "invalid_tag")
