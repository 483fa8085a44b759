"""IAM is enforced on the local stack: what a function's role does not hold is denied."""

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from stack.conftest import Stack

Client = Callable[[str], Any]


@pytest.fixture
def as_query(stack: Stack) -> Iterator[Client]:
    """Clients of a user that holds just the policies of the Query function's role."""
    iam = stack.client("iam")
    resource = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.state["stack_name"], LogicalResourceId="QueryRole"
    )
    role, user = resource["StackResourceDetail"]["PhysicalResourceId"], f"canary-{secrets.token_hex(4)}"
    policy = iam.get_role_policy(RoleName=role, PolicyName="query")["PolicyDocument"]
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="query", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=user)["AccessKey"]

    def client(service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]  # any service
            endpoint_url=stack.state["aws_endpoint_url"],
            region_name=stack.state["region"],
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    yield client
    iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=user, PolicyName="query")
    iam.delete_user(UserName=user)


def test_what_the_role_holds_is_allowed(stack: Stack, as_query: Client) -> None:
    found = as_query("dynamodb").query(
        TableName=stack.state["jobs_table"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "local#job_none"}},
    )
    assert found["Items"] == []


def test_what_it_does_not_hold_is_denied(stack: Stack, as_query: Client) -> None:
    item = {"pk": {"S": "canary"}, "sk": {"S": "canary"}}
    with pytest.raises(ClientError, match="AccessDenied"):
        as_query("dynamodb").put_item(TableName=stack.state["jobs_table"], Item=item)
    with pytest.raises(ClientError, match="AccessDenied"):
        as_query("sqs").send_message(QueueUrl=stack.state["jobs_queue_url"], MessageBody="canary")
    with pytest.raises(ClientError, match="AccessDenied"):
        as_query("dynamodb").get_item(TableName=stack.state["accounts_table"], Key=item)
