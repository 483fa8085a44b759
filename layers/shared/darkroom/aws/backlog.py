"""The jobs that wait for a permit, from the sparse index by_backlog. Its readers see it a moment late."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import to_attribute
from darkroom.aws.errors import translated
from darkroom.aws.permit_items import DUE_LINES, account_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_FIRST = " "
"""Before all places."""


class DynamoBacklog:
    """All methods raise ThrottledError, for a refusal too: who only asks for a place must not fail of it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def waiting(self, account: str, after: str, limit: int) -> Sequence[str]:
        wanted = self._query(account, after or _FIRST)
        with translated(every_answer=True):
            reply = self._client.query(**wanted, Limit=limit)
        return [item["place"]["S"] for item in reply["Items"]]

    def count(self, account: str, most: int) -> int:
        wanted = self._query(account, _FIRST)
        counted = 0
        while counted < most:
            with translated(every_answer=True):
                reply = self._client.query(**wanted, Select="COUNT", Limit=most - counted)
            counted += reply["Count"]
            if "LastEvaluatedKey" not in reply:
                break
            wanted = {**wanted, "ExclusiveStartKey": reply["LastEvaluatedKey"]}
        return counted

    def accounts(self) -> Sequence[str]:
        with translated(every_answer=True):
            reply = self._client.query(
                TableName=self._table,
                IndexName="by_due",
                KeyConditionExpression="#due = :due",
                ExpressionAttributeNames={"#due": "due"},
                ExpressionAttributeValues={":due": to_attribute(DUE_LINES)},
            )
        return [account_of(item) for item in reply["Items"]]

    def _query(self, account: str, after: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "IndexName": "by_backlog",
            "KeyConditionExpression": "#backlog = :account AND #place > :after",
            "ExpressionAttributeNames": {"#backlog": "backlog", "#place": "place"},
            "ExpressionAttributeValues": {":account": to_attribute(account), ":after": to_attribute(after)},
        }
