"""Tells MiniStack's IAM which items a request to DynamoDB names. Runs in MiniStack's own environment."""

import json
from collections import defaultdict
from typing import Any


def leading_keys(body: bytes) -> dict[tuple[str, str], list[str]]:
    """The partition keys that a request names, by the IAM action and the table that each is checked for."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def add(action: str, named: dict[str, Any], keys: list[dict[str, Any]]) -> None:
        found[f"dynamodb:{action}", named["TableName"]] += [key["pk"]["S"] for key in keys]

    request = json.loads(body or b"{}")
    for entry in request.get("TransactItems", ()):
        for member, named in entry.items():
            action = "ConditionCheckItem" if member == "ConditionCheck" else f"{member}Item"
            add(action, named, [named.get("Key") or named["Item"]])
    for table, wanted in request.get("RequestItems", {}).items():
        add("BatchGetItem", {"TableName": table}, wanted.get("Keys", []) if isinstance(wanted, dict) else [])
    if key := request.get("Key") or request.get("Item"):
        for action in ("GetItem", "PutItem", "UpdateItem", "DeleteItem"):
            add(action, request, [key])
    return found


def enforce_leading_keys() -> None:
    """AWS gives a policy's conditions dynamodb:LeadingKeys; without them such a condition always holds."""
    from ministack.core import iam_actions, iam_evaluator

    context, enforce = iam_actions.dynamodb_service_context, iam_evaluator.enforce

    def with_keys(body: bytes) -> dict[str, Any]:
        return {**context(body), "leading keys": leading_keys(body)}

    def enforced(*checked: Any, service_context: dict[str, Any] | None = None, **more: Any) -> Any:
        named = dict(service_context or {})
        table = more.get("resource_arn", "").rpartition(":table/")[2]
        if keys := named.pop("leading keys", {}).get((checked[1], table)):
            named["dynamodb:LeadingKeys"] = keys
        return enforce(*checked, service_context=named, **more)

    iam_actions.dynamodb_service_context, iam_evaluator.enforce = with_keys, enforced
