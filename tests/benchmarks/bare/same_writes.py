"""What a warm submit is held against: the same writes by boto3, and nothing else."""

import json
import os
from typing import Any

import boto3

dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A job's two items, each on the condition that it is new, and its message."""
    body = json.loads(event["body"])
    for sort_key in ("request", "state"):
        dynamodb.put_item(
            TableName=os.environ["JOBS_TABLE"],
            Item={"pk": {"S": "acme#job"}, "sk": {"S": sort_key}, "prompt": {"S": body["prompt"]}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    sqs.send_message(
        QueueUrl=os.environ["JOBS_QUEUE_URL"], MessageBody='{"job":"job"}', MessageGroupId="acme"
    )
    return {"statusCode": 202}
