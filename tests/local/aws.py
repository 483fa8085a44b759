"""Everything that speaks to the local stack as AWS: its environment, its clients, its outputs.

Nothing of the person's own AWS settings gets through: no command here can reach a real account.
"""

import os
from typing import Any

import boto3

from local.home import REGION, ROOT, STACK_NAME, Home


def environment(home: Home) -> dict[str, str]:
    """The key `test` is the emulator's root."""
    foreign = ("AWS_", "SAM_", "LAYER_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": home.endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }


def python_environment(home: Home) -> dict[str, str]:
    """For our own modules: `python -m darkroom.…` and `python -m local.…`."""
    return environment(home) | {"PYTHONPATH": f"{ROOT / 'layers' / 'shared'}{os.pathsep}{ROOT / 'tests'}"}


def client(service: Any, home: Home) -> Any:
    return boto3.Session().client(
        service,
        endpoint_url=home.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def outputs(home: Home) -> dict[str, str]:
    stacks = client("cloudformation", home).describe_stacks(StackName=STACK_NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}


def physical_ids(home: Home) -> dict[str, str]:
    """By logical id."""
    pages = (
        client("cloudformation", home).get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    )
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
