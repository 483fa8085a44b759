"""The counts of inference times with the credentials of those who keep them, and of those who must not."""

import secrets

from darkroom.aws.inference_times import DynamoInferenceTimes
from darkroom.jobs.inference_times import InferenceTimes
from stack.conftest import Stack
from stack.test_roles import client, refused


def test_the_poller_counts_reads_and_halves(stack: Stack) -> None:
    table = DynamoInferenceTimes(client(stack, "PollerRole", "dynamodb"), stack.state["accounts_table"])
    model = f"canary/{secrets.token_hex(4)}"
    assert table.read(model) == InferenceTimes()
    seen = table.add(model, {3: 100, 7: 5})
    assert table.add(model, {3: 1}) == InferenceTimes({3: 101, 7: 5})
    table.fade(model, seen)
    table.fade(model, seen)
    assert table.read(model) == InferenceTimes({3: 51, 7: 3}, 1)


def test_the_webhooks_worker_has_no_part_in_it(stack: Stack) -> None:
    dynamodb = client(stack, "WebhookRole", "dynamodb")
    key = {"pk": {"S": "MODEL#canary"}, "sk": {"S": "inference"}}
    assert refused(dynamodb.get_item, TableName=stack.state["accounts_table"], Key=key)
