"""POST and DELETE routes, through the handler, with the events of `events/`."""

import json
from typing import Any

import pytest

from darkroom import adapters
from darkroom.jobs.job import JobStatus
from functional.aws import Stack, client
from functional.jobs import completed
from submit.app import lambda_handler

pytestmark = pytest.mark.usefixtures("stack")


def post(event: dict[str, Any], context: Any, **changes: Any) -> tuple[int, dict[str, Any]]:
    """The event with these fields of its body changed; None takes a field away."""
    body = {**json.loads(event["body"]), **changes}
    event["body"] = json.dumps({name: value for name, value in body.items() if value is not ...})
    event["headers"].pop("Idempotency-Key", None)
    reply = lambda_handler(event, context)
    return reply["statusCode"], json.loads(reply["body"])


def test_a_job_is_accepted_with_202_its_record_and_its_address(
    event: Any, context: Any, stack: Stack
) -> None:
    reply = lambda_handler(event("submit-create-job"), context)
    record = json.loads(reply["body"])
    base = "https://abcd1234.execute-api.us-east-1.amazonaws.com/live"
    assert reply["statusCode"] == 202
    assert record["status"] == "queued"
    assert record["urls"]["get"] == f"{base}/v1/jobs/{record['id']}"
    assert reply["multiValueHeaders"]["location"] == [record["urls"]["get"]]
    assert record["billing"] == {"price_usd": 0.027, "billed": False, "own_upstream_key": False}
    assert record["metadata"] == {"order": "1042"}
    [message] = client("sqs").receive_message(QueueUrl=stack.jobs_queue_url)["Messages"]
    assert json.loads(message["Body"])["job"] == record["id"]


def test_a_repeated_idempotency_key_answers_with_the_same_job(event: Any, context: Any) -> None:
    first = lambda_handler(event("submit-create-job"), context)
    again = lambda_handler(event("submit-create-job"), context)
    assert json.loads(first["body"])["id"] == json.loads(again["body"])["id"]
    assert again["multiValueHeaders"]["idempotency-replayed"] == ["true"]


def test_a_reused_idempotency_key_is_422(event: Any, context: Any) -> None:
    lambda_handler(event("submit-create-job"), context)
    other = event("submit-create-job")
    other["body"] = other["body"].replace("zen garden", "harbour")
    reply = lambda_handler(other, context)
    assert reply["statusCode"] == 422
    assert json.loads(reply["body"])["error"]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("size", "expected"),
    [("512*2048", "512*2048"), ("512x2048", "512*2048"), ("640X640", "640*640")],
)
def test_a_size_may_be_spelt_with_asterisk_or_x(event: Any, context: Any, size: str, expected: str) -> None:
    status, record = post(event("submit-create-job"), context, size=size)
    assert (status, record["input"]["size"]) == (202, expected)


def test_width_and_height_take_the_place_of_size(event: Any, context: Any) -> None:
    status, record = post(event("submit-create-job"), context, size=..., width=800, height=600)
    assert (status, record["input"]["size"]) == (202, "800*600")


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("bytedance/dreamina-v3.1/text-to-image", "1328*1328"),
        ("bytedance/seedream-v3.1", "1024*1024"),
        ("seedream-v3.1", "1024*1024"),
    ],
)
def test_each_model_has_its_own_defaults(event: Any, context: Any, model: str, size: str) -> None:
    status, record = post(event("submit-create-job"), context, model=model, size=...)
    assert status == 202
    assert record["input"] == {
        "prompt": record["input"]["prompt"],
        "size": size,
        "seed": -1,
        "enable_prompt_expansion": True,
    }


def test_an_unknown_price_is_unknown(event: Any, context: Any) -> None:
    _, record = post(event("submit-create-job"), context, model="bytedance/seedream-v3.1")
    assert record["billing"]["price_usd"] == "unknown"


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"model": ...}, "model", "required"),
        ({"model": "dall-e-3"}, "model", "bytedance/seedream-v3.1"),
        ({"prompt": ...}, "prompt", "required"),
        ({"prompt": "  "}, "prompt", "empty"),
        ({"prompt": 7}, "prompt", "string"),
        ({"prompt": "x" * 801, "model": "bytedance/seedream-v3.1"}, "prompt", "800"),
        ({"prompt": "\ud800"}, "prompt", "Unicode"),
        ({"prompt": "\u202e \u200b"}, "prompt", "empty"),
        ({"prompt": "a cat\u0000"}, "prompt", "control characters"),
        ({"seed": "1"}, "seed", "0 to 2147483647, or -1"),
        ({"width": 1.5}, "width", "512 to 2048"),
        ({"deadline_seconds": "10"}, "deadline_seconds", "5 to 86400"),
        ({"metadata": []}, "metadata", "at most 16"),
        ({"tag": "a\nb"}, "tag", "printable"),
        ({"size": "511*512"}, "size", "between 512 and 2048"),
        ({"size": "512*2049"}, "size", "between 512 and 2048"),
        ({"size": "1024"}, "size", "WIDTH*HEIGHT"),
        ({"size": 1024}, "size", "string"),
        ({"size": "1024*1024", "width": 1024, "height": 1024}, "size", "not both"),
        ({"size": ..., "width": 1024}, "height", "go together"),
        ({"size": ..., "width": 100, "height": 1024}, "width", "between 512 and 2048"),
        ({"size": ..., "width": "1024", "height": 1024}, "width", "integer"),
        ({"seed": -2}, "seed", "between -1 and 2147483647"),
        ({"seed": 2147483648}, "seed", "between -1 and 2147483647"),
        ({"seed": 1.5}, "seed", "integer"),
        ({"seed": True}, "seed", "integer"),
        ({"enable_prompt_expansion": "yes"}, "enable_prompt_expansion", "boolean"),
        ({"webhook_url": "http://hooks.example.com"}, "webhook_url", "https"),
        ({"webhook_url": "https://169.254.169.254/latest"}, "webhook_url", "address"),
        ({"webhook_url": "https://localhost/x"}, "webhook_url", ""),
        ({"webhook_url": "https://hooks.example.com:8443/x"}, "webhook_url", "port"),
        ({"webhook_url": "https://abcd1234.execute-api.us-east-1.amazonaws.com/x"}, "webhook_url", ""),
        ({"metadata": {"a": 1}}, "metadata.a", "string"),
        ({"metadata": {str(i): "x" for i in range(17)}}, "metadata", "at most 16"),
        ({"metadata": {"a": "x" * 513}}, "metadata", "512"),
        ({"tag": "x" * 65}, "tag", "64"),
        ({"tag": ""}, "tag", "1 to 64"),
        ({"deadline_seconds": 4}, "deadline_seconds", "between 5 and 86400"),
        ({"deadline_seconds": 86401}, "deadline_seconds", "between 5 and 86400"),
        ({"promt": "typo"}, "promt", "unknown field"),
    ],
)
def test_an_invalid_field_is_named_with_what_it_may_be(
    event: Any, context: Any, changes: dict[str, Any], field: str, says: str
) -> None:
    status, body = post(event("submit-create-job"), context, **changes)
    assert status == 422
    assert body["error"]["type"] == "invalid_request_error"
    assert body["error"]["param"] == field
    assert says in body["error"]["message"]


def test_all_problems_are_named_at_once(event: Any, context: Any) -> None:
    _, body = post(event("submit-create-job"), context, size="1*1", seed=-5, tag="")
    assert [p["field"] for p in body["error"]["problems"]] == ["size", "size", "seed", "tag"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "invalid_json"),
        ("not json", "invalid_json"),
        ("[]", "invalid_json"),
        ('{"seed": NaN}', "invalid_json"),
        ("[" * 100_000, "body_too_large"),
        ("[" * 60_000, "invalid_json"),
    ],
)
def test_a_body_that_is_no_object_is_refused(event: Any, context: Any, body: str, code: str) -> None:
    changed = event("submit-create-job")
    changed["body"] = body
    reply = lambda_handler(changed, context)
    assert reply["statusCode"] in (400, 413)
    assert json.loads(reply["body"])["error"]["code"] == code


def test_a_refused_request_leaves_nothing_behind(event: Any, context: Any, stack: Stack) -> None:
    post(event("submit-create-job"), context, seed=-5)
    assert client("dynamodb").scan(TableName=stack.jobs_table)["Items"] == []
    assert "Messages" not in client("sqs").receive_message(QueueUrl=stack.jobs_queue_url)


def for_job(event: Any, name: str, job_id: str, tenant: str = "acme") -> dict[str, Any]:
    changed: dict[str, Any] = event(name)
    changed["path"] = changed["path"].replace(changed["pathParameters"]["id"], job_id)
    changed["pathParameters"]["id"] = job_id
    changed["requestContext"]["authorizer"]["tenant"] = tenant
    return changed


@pytest.mark.parametrize("route", ["submit-cancel-job", "submit-delete-job"])
def test_a_queued_job_can_be_cancelled(event: Any, context: Any, route: str) -> None:
    _, record = post(event("submit-create-job"), context)
    reply = lambda_handler(for_job(event, route, record["id"]), context)
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"])["status"] == "cancelled"
    stored = adapters.jobs_table().get("acme", record["id"])
    assert stored is not None
    assert stored.status is JobStatus.CANCELLED


@pytest.mark.parametrize("route", ["submit-cancel-job", "submit-delete-job", "submit-replay-webhook"])
def test_another_tenants_job_is_as_unknown_as_no_job(event: Any, context: Any, route: str) -> None:
    _, record = post(event("submit-create-job"), context)
    theirs = lambda_handler(for_job(event, route, record["id"], tenant="globex"), context)
    unknown = lambda_handler(for_job(event, route, "job_unknown"), context)
    assert theirs["statusCode"] == unknown["statusCode"] == 404
    assert theirs["body"] == unknown["body"]


def test_a_webhook_replayed_with_a_key_is_replayed_once(event: Any, context: Any) -> None:
    asked = for_job(event, "submit-replay-webhook", completed().id)
    asked["headers"] = {**asked["headers"], "Idempotency-Key": "once"}
    first, again = (lambda_handler(asked, context) for _ in range(2))
    assert (first["statusCode"], again["statusCode"]) == (202, 202)
    assert "idempotency-replayed" not in first["multiValueHeaders"]
    assert again["multiValueHeaders"]["idempotency-replayed"] == ["true"]


def test_a_webhook_replayed_with_what_can_t_be_a_key_is_refused(event: Any, context: Any) -> None:
    asked = for_job(event, "submit-replay-webhook", completed().id)
    asked["headers"] = {**asked["headers"], "Idempotency-Key": "x" * 256}
    reply = lambda_handler(asked, context)
    assert (reply["statusCode"], json.loads(reply["body"])["error"]["code"]) == (
        422,
        "invalid_idempotency_key",
    )


def test_a_webhook_cannot_be_replayed_before_the_end(event: Any, context: Any) -> None:
    _, record = post(event("submit-create-job"), context)
    reply = lambda_handler(for_job(event, "submit-replay-webhook", record["id"]), context)
    assert reply["statusCode"] == 409
    assert json.loads(reply["body"])["error"]["code"] == "nothing_to_deliver"
