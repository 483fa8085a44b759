"""The template's own rule, as CloudFormation judges it: private addresses on the local stack alone."""

import json

import pytest
from botocore.exceptions import ClientError

from stack.conftest import Stack
from template.reading import read


def judged(stack: Stack, **parameters: str) -> None:
    """A stack of the two parameters and the rule alone. Raises ClientError where the rule refuses it."""
    template = read()
    body = {
        "Parameters": {name: template.parameters[name] for name in ("Local", "LocalTargets")},
        "Rules": template.content["Rules"],
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
    }
    cloudformation = stack.client("cloudformation")
    cloudformation.create_stack(
        StackName="rule",
        TemplateBody=json.dumps(body),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    cloudformation.delete_stack(StackName="rule")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="rule", WaiterConfig={"Delay": 1})


def test_a_stack_for_aws_that_allows_a_private_address_is_refused(stack: Stack) -> None:
    with pytest.raises(ClientError, match="LocalTargetsOnlyOnTheLocalStack"):
        judged(stack, LocalTargets="127.0.0.1:8080")


def test_a_stack_for_aws_without_any_is_made(stack: Stack) -> None:
    judged(stack, Local="false", LocalTargets="")


def test_the_local_stack_may_have_some(stack: Stack) -> None:
    judged(stack, Local="true", LocalTargets="127.0.0.1:8080,localhost:9090")
