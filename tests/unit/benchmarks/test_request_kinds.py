"""Recorded requests told apart by what they are about."""

from typing import Any

import pytest

from benchmarks.request_kinds import kind_of


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"Item": _key("acme#job_1", "state")}, "state"),
        ({"Item": _key("acme#job_1", "state#0123abcd")}, "result"),
        ({"Key": _key("UPSTREAM#default", "gate")}, "gate"),
        ({"Key": _key("KEY#abc", "key")}, "API key"),
        ({"Key": _key("TENANT#acme", "key#key_1")}, "API key"),
        ({"Item": _key("acme#join#abc", "1700000000000#group")}, "join"),
        ({"IndexName": "by_backlog"}, "by_backlog"),
        (
            {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "acme#job_1"}}},
            "job",
        ),
        (
            {
                "TransactItems": [
                    {"Put": {"Item": _key("acme#job_1", "state")}},
                    {"Put": {"Item": _key("acme#job_2", "state")}},
                    {"Update": {"Key": _key("TENANT#acme", "budget")}},
                ]
            },
            "budget + 2 state",
        ),
        ({"RequestItems": {"accounts": {"Keys": [_key("TENANT#acme", "profile")]}}}, "profile"),
    ],
)
def test_items_are_known_by_their_keys(parameters: dict[str, Any], kind: str) -> None:
    assert kind_of("dynamodb", parameters, []) == kind


def test_messages_are_known_by_their_queue_and_their_body() -> None:
    entries = [{"MessageBody": '{"tick":"default","beat":1}'}, {"MessageBody": '{"job":"job_1"}'}]
    queue = "http://127.0.0.1/000000000000/darkroom-JobsQueue-1"
    assert kind_of("sqs", {"QueueUrl": queue, "Entries": entries}, []) == "jobs: job + tick"
    queue = "http://127.0.0.1/000000000000/darkroom-WebhookQueue-1"
    assert kind_of("sqs", {"QueueUrl": queue, **entries[1]}, []) == "webhook: job"


def test_a_picture_is_no_other_object() -> None:
    assert kind_of("s3", {}, ["images", "outputs/acme/job_1/0.png"]) == "picture"
    assert kind_of("s3", {}, ["images", "other"]) == "bucket"
