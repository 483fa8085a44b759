"""Every role, against all that any role may do and some things that none may: it is refused what the template
does not give it."""

from typing import Any

import pytest

from privileges.grants import grants_of
from stack.conftest import Stack
from stack.test_roles import acting_as, refused
from template.reading import read

GRANTED = {(grant.role, grant.name) for grant in grants_of(read())}
ROLES = sorted({role for role, _ in GRANTED})
KEYS = ("TENANT#*", "MODEL#*", "KEY#*")
TABLES = ("JobsTable", "AccountsTable")
QUEUES = ("JobsQueue", "WebhookQueue", "JobsDeadLetterQueue", "WebhookDeadLetterQueue")

Probe = tuple[str, str, str, dict[str, Any]]
"""Action, resource as the template names it, the client's method, its arguments."""


def of_tables(stack: Stack) -> list[Probe]:
    probes: list[Probe] = []
    for table in TABLES:
        name = stack.state["jobs_table" if table == "JobsTable" else "accounts_table"]
        for keys in KEYS if table == "AccountsTable" else ("",):
            item = {"pk": {"S": keys.replace("*", "canary") or "canary"}, "sk": {"S": "canary"}}
            resource = f"{table} {keys}".strip()
            probes += [
                ("dynamodb:GetItem", resource, "get_item", {"TableName": name, "Key": item}),
                ("dynamodb:PutItem", resource, "put_item", {"TableName": name, "Item": item}),
                ("dynamodb:UpdateItem", resource, "update_item", {"TableName": name, "Key": item}),
                ("dynamodb:DeleteItem", resource, "delete_item", {"TableName": name, "Key": item}),
                (
                    "dynamodb:BatchGetItem",
                    resource,
                    "batch_get_item",
                    {"RequestItems": {name: {"Keys": [item]}}},
                ),
            ]
        for index in ("", "/index/by_tenant", "/index/by_due", "/index/by_backlog"):
            query = {"TableName": name, **({"IndexName": index.rsplit("/", 1)[1]} if index else {})}
            names = {
                "KeyConditionExpression": "pk = :a",
                "ExpressionAttributeValues": {":a": {"S": "canary"}},
            }
            probes.append(("dynamodb:Query", f"{table}{index}", "query", query | names))
        probes += [
            ("dynamodb:Scan", table, "scan", {"TableName": name}),
            ("dynamodb:DeleteTable", table, "delete_table", {"TableName": name}),
        ]
    return probes


def of_queues(stack: Stack) -> list[Probe]:
    urls = {
        "JobsQueue": stack.state["jobs_queue_url"],
        "WebhookQueue": stack.state["webhook_queue_url"],
        "JobsDeadLetterQueue": stack.state["jobs_dead_letter_queue_url"],
        "WebhookDeadLetterQueue": stack.state["webhook_dead_letter_queue_url"],
    }
    return [
        probe
        for queue, url in urls.items()
        for probe in (
            ("sqs:SendMessage", queue, "send_message", {"QueueUrl": url, "MessageBody": "canary"}),
            ("sqs:ReceiveMessage", queue, "receive_message", {"QueueUrl": url}),
            ("sqs:PurgeQueue", queue, "purge_queue", {"QueueUrl": url}),
        )
    ]


def of_pictures(stack: Stack) -> list[Probe]:
    bucket = stack.state["bucket"]
    return [
        probe
        for key in ("outputs/canary/job/0.png", "canary.png")
        for probe in (
            (
                "s3:GetObject",
                "ImagesBucket/" + ("outputs/*" if "/" in key else key),
                "get_object",
                {"Bucket": bucket, "Key": key},
            ),
            (
                "s3:PutObject",
                "ImagesBucket/" + ("outputs/*" if "/" in key else key),
                "put_object",
                {"Bucket": bucket, "Key": key, "Body": b""},
            ),
            ("s3:DeleteObject", key, "delete_object", {"Bucket": bucket, "Key": key}),
            ("s3:ListBucket", key, "list_objects_v2", {"Bucket": bucket}),
        )
    ]


def of_secrets(stack: Stack) -> list[Probe]:
    described = stack.client("cloudformation").describe_stacks(StackName=stack.state["stack_name"])
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Stacks"][0]["Outputs"]}
    own, other = (f"{name}/tenants/canary/upstream-key" for name in (stack.state["stack_name"], "another"))
    return [
        (
            "secretsmanager:GetSecretValue",
            "UpstreamKey",
            "get_secret_value",
            {"SecretId": outputs["UpstreamKeyArn"]},
        ),
        *(
            (f"secretsmanager:{operation}", resource, method, arguments)
            for resource, name in (("tenants/*", own), ("another stack", other))
            for operation, method, arguments in (
                ("GetSecretValue", "get_secret_value", {"SecretId": name}),
                ("DescribeSecret", "describe_secret", {"SecretId": name}),
                ("UpdateSecret", "update_secret", {"SecretId": name, "SecretString": "canary"}),
                ("DeleteSecret", "delete_secret", {"SecretId": name}),
                ("CreateSecret", "create_secret", {"Name": name, "SecretString": "canary"}),
            )
        ),
    ]


def of_parameters(stack: Stack) -> list[Probe]:
    own, other = (f"/{name}/tenants/canary/webhook-secret" for name in (stack.state["stack_name"], "another"))
    return [
        probe
        for resource, name in (("parameters of tenants/*", own), ("another stack", other))
        for probe in (
            ("ssm:GetParameter", resource, "get_parameter", {"Name": name}),
            ("ssm:PutParameter", resource, "put_parameter", {"Name": name, "Value": "x", "Type": "String"}),
            ("ssm:DeleteParameter", resource, "delete_parameter", {"Name": name}),
        )
    ]


def of_the_stack_itself(stack: Stack) -> dict[str, list[Probe]]:
    return {
        "iam": [("iam:ListRoles", "*", "list_roles", {})],
        "lambda": [("lambda:ListFunctions", "*", "list_functions", {})],
        "cloudformation": [("cloudformation:DescribeStacks", "*", "describe_stacks", {})],
    }


def is_granted(role: str, action: str, resource: str) -> bool:
    """A grant without keys is for any."""
    return bool({(role, f"{action} {resource}"), (role, f"{action} {resource.split(' ')[0]}")} & GRANTED)


@pytest.mark.parametrize("role", ROLES)
def test_what_the_template_does_not_give_is_refused(stack: Stack, role: str) -> None:
    session = acting_as(stack, role)
    tried = {
        "dynamodb": of_tables(stack),
        "sqs": of_queues(stack),
        "s3": of_pictures(stack),
        "secretsmanager": of_secrets(stack),
        "ssm": of_parameters(stack),
        **of_the_stack_itself(stack),
    }
    for service, probes in tried.items():
        client = session.client(service, endpoint_url=stack.state["aws_endpoint_url"])  # type: ignore[call-overload]
        denied = [probe for probe in probes if not is_granted(role, *probe[:2])]
        assert denied, service
        for action, resource, method, arguments in denied:
            assert refused(getattr(client, method), **arguments), f"{role} {action} {resource}"
