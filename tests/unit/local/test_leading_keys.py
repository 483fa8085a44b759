"""What IAM is told of a request to DynamoDB."""

import json
from typing import Any

import pytest

from local.leading_keys import leading_keys


def item(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "x"}}


@pytest.mark.parametrize(
    ("request_body", "checked", "keys"),
    [
        ({"TableName": "t", "Key": item("A#1")}, ("dynamodb:UpdateItem", "t"), ["A#1"]),
        ({"TableName": "t", "Item": item("A#1")}, ("dynamodb:PutItem", "t"), ["A#1"]),
        (
            {"RequestItems": {"t": {"Keys": [item("A#1"), item("A#2")]}}},
            ("dynamodb:BatchGetItem", "t"),
            ["A#1", "A#2"],
        ),
    ],
)
def test_a_request_names_its_items(
    request_body: dict[str, Any], checked: tuple[str, str], keys: list[str]
) -> None:
    assert leading_keys(json.dumps(request_body).encode())[checked] == keys


def test_each_item_of_a_transaction_is_its_own_tables() -> None:
    entries = [
        {"Put": {"TableName": "jobs", "Item": item("JOB#1")}},
        {"Update": {"TableName": "accounts", "Key": item("TENANT#1")}},
        {"ConditionCheck": {"TableName": "accounts", "Key": item("TENANT#2")}},
    ]
    assert leading_keys(json.dumps({"TransactItems": entries}).encode()) == {
        ("dynamodb:PutItem", "jobs"): ["JOB#1"],
        ("dynamodb:UpdateItem", "accounts"): ["TENANT#1"],
        ("dynamodb:ConditionCheckItem", "accounts"): ["TENANT#2"],
    }


def test_what_names_no_item_has_no_keys() -> None:
    assert leading_keys(json.dumps({"TableName": "t", "KeyConditionExpression": "pk = :a"}).encode()) == {}
    assert leading_keys(b"") == {}
