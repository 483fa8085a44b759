"""Whose turn it is to change a tenant's webhook secret: an item of AccountsTable, held for a while.

Parameter Store has no conditional write, and may for a moment answer a read with an older version.
"""

import secrets
from typing import TYPE_CHECKING

from darkroom.aws.account_items import rotation_of
from darkroom.aws.attributes import from_item, to_attribute, to_item
from darkroom.aws.errors import standing_item, translated
from darkroom.webhooks.rotation import Turn

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TURN_SECONDS = 60.0
"""Longer than API Gateway lets a function run: who is found to hold it after that has died."""
STALE_SECONDS = 3600.0
"""No read is that old: an older version than the last rotation wrote is then of a parameter made anew."""


class DynamoRotationTurns:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def take(self, tenant: str, now: float) -> Turn | None:
        """None while another has it. Raises ThrottledError."""
        token = secrets.token_hex(8)
        try:
            with translated():
                reply = self._client.update_item(
                    TableName=self._table,
                    Key=rotation_of(tenant),
                    UpdateExpression="SET #token = :token, #until = :until",
                    ConditionExpression="attribute_not_exists(#until) OR #until < :now",
                    ExpressionAttributeNames={"#token": "token", "#until": "until"},
                    ExpressionAttributeValues=to_item(
                        {":token": token, ":until": now + TURN_SECONDS, ":now": now}
                    ),
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
                item = from_item(reply["Attributes"])
        except self._client.exceptions.ConditionalCheckFailedException as error:
            item = from_item(standing_item(error) or {})
        # A first reply may have been lost: then the condition failed on our own token
        if item.get("token") != token:
            return None
        return Turn(token, item.get("version", 0) if now < item.get("sure_until", 0.0) + STALE_SECONDS else 0)

    def end(self, tenant: str, turn: Turn, version: int) -> None:
        """Raises ThrottledError. Harmless where the turn was over and is another's by now."""
        try:
            with translated():
                self._client.update_item(
                    TableName=self._table,
                    Key=rotation_of(tenant),
                    UpdateExpression="SET #version = :version, #sure = #until REMOVE #token, #until",
                    ConditionExpression="#token = :token",
                    ExpressionAttributeNames={
                        "#token": "token",
                        "#until": "until",
                        "#version": "version",
                        "#sure": "sure_until",
                    },
                    ExpressionAttributeValues={
                        ":version": to_attribute(version),
                        ":token": to_attribute(turn.token),
                    },
                )
        except self._client.exceptions.ConditionalCheckFailedException:
            pass
