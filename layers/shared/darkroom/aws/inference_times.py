"""How long a model's tasks take, in one small item a model beside the prices.

pk = MODEL#{model's id}   sk = inference   n{bucket}: tasks (`jobs.inference_times`), halvings

Counts are added, never set, so that writers need not know of each other. A halving takes off what was
seen, on condition that it is the first to do so.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item, from_item, to_attribute, to_item
from darkroom.aws.errors import translated
from darkroom.jobs.inference_times import EDGES, InferenceTimes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BUCKETS = {f"n{bucket}": bucket for bucket in range(len(EDGES))}


class DynamoInferenceTimes:
    """`ports.InferenceTimesTable`. No answer of DynamoDB's may cost a job: each one is a ThrottledError."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self, model_id: str) -> InferenceTimes:
        with translated(every_answer=True):
            reply = self._client.get_item(TableName=self._table, Key=_key(model_id))
        return _times(reply.get("Item", {}))

    def add(self, model_id: str, counts: Mapping[int, int]) -> InferenceTimes:
        with translated(every_answer=True):
            reply = self._client.update_item(
                TableName=self._table,
                Key=_key(model_id),
                UpdateExpression="ADD " + ", ".join(f"n{bucket} :n{bucket}" for bucket in counts),
                ExpressionAttributeValues={f":n{at}": to_attribute(count) for at, count in counts.items()},
                ReturnValues="ALL_NEW",
            )
        return _times(reply["Attributes"])

    def fade(self, model_id: str, seen: InferenceTimes) -> None:
        off = {"halvings": 1, **{f"n{bucket}": -half for bucket, half in seen.fading().items()}}
        values: dict[str, Any] = {f":{name}": to_attribute(change) for name, change in off.items()}
        condition = "attribute_not_exists(halvings)"
        if seen.generation:
            condition = "halvings = :seen"
            values[":seen"] = to_attribute(seen.generation)
        with translated(every_answer=True), suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.update_item(
                TableName=self._table,
                Key=_key(model_id),
                UpdateExpression="ADD " + ", ".join(f"{name} :{name}" for name in off),
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )


def _key(model_id: str) -> dict[str, Any]:
    return to_item({"pk": f"MODEL#{model_id}", "sk": "inference"})


def _times(item: Item) -> InferenceTimes:
    values = from_item(item)
    counts = {bucket: values[name] for name, bucket in _BUCKETS.items() if name in values}
    return InferenceTimes(counts, values.get("halvings", 0))
