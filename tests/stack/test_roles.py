"""Each role from inside: what its function needs is allowed, what another one needs is denied."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from stack.conftest import Stack

KEY = {"pk": {"S": "canary"}, "sk": {"S": "canary"}}


def acting_as(stack: Stack, role: str) -> boto3.Session:
    """A session with the credentials that the function of this role has."""
    resources = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.state["stack_name"], LogicalResourceId=role
    )
    name = resources["StackResourceDetail"]["PhysicalResourceId"]
    arn = stack.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    given = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="canary")["Credentials"]
    return boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], stack.state["region"]
    )


def client(stack: Stack, role: str, service: Any) -> Any:
    return acting_as(stack, role).client(service, endpoint_url=stack.state["aws_endpoint_url"])


def refused(call: Any, **arguments: Any) -> bool:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return "AccessDenied" in error.value.response["Error"]["Code"]


def test_the_authorizer_reads_accounts_and_no_jobs(stack: Stack) -> None:
    dynamodb = client(stack, "AuthorizerRole", "dynamodb")
    assert "Item" not in dynamodb.get_item(TableName=stack.state["accounts_table"], Key=KEY)
    assert refused(dynamodb.get_item, TableName=stack.state["jobs_table"], Key=KEY)
    assert refused(dynamodb.put_item, TableName=stack.state["accounts_table"], Item=KEY)


def test_no_function_stores_anything_outside_of_the_outputs(stack: Stack) -> None:
    s3 = client(stack, "PollerRole", "s3")
    bucket = stack.state["bucket"]
    s3.put_object(Bucket=bucket, Key="outputs/canary/job/0.png", Body=b"canary")
    assert refused(s3.put_object, Bucket=bucket, Key="canary.png", Body=b"canary")
    assert refused(client(stack, "SubmitRole", "s3").put_object, Bucket=bucket, Key="outputs/x", Body=b"")


def test_the_submit_function_cannot_read_the_upstream_key(stack: Stack) -> None:
    described = stack.client("cloudformation").describe_stacks(StackName=stack.state["stack_name"])
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Stacks"][0]["Outputs"]}
    key = outputs["UpstreamKeyArn"]
    assert client(stack, "PollerRole", "secretsmanager").get_secret_value(SecretId=key)["SecretString"]
    assert refused(client(stack, "SubmitRole", "secretsmanager").get_secret_value, SecretId=key)


def test_a_webhook_secret_of_another_stack_is_out_of_reach(stack: Stack) -> None:
    ssm = client(stack, "WebhookRole", "ssm")
    own = f"/{stack.state['stack_name']}/tenants/{stack.state['tenant']}/webhook-secret"
    assert ssm.get_parameter(Name=own, WithDecryption=True)["Parameter"]["Value"]
    assert refused(ssm.get_parameter, Name=own.replace(stack.state["stack_name"], "another-stack"))
