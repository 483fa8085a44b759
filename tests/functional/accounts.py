"""Requests to the function `accounts`, as API Gateway hands them on after the authorizer has let them in."""

import json
from dataclasses import dataclass
from typing import Any

from accounts.app import lambda_handler
from authorizer.app import lambda_handler as authorize

SHOP = {"name": "the shop", "spend_cap_cents": 500, "rate_limit_rpm": 60}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class AccountsApi:
    """Each call goes through the authorizer: nothing of its answer is kept."""

    def __init__(self, event: Any, context: Any) -> None:
        self._event = event
        self._context = context

    def call(
        self,
        api_key: str,
        name: str,
        path_id: str | None = None,
        *,
        body: object = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """`name` is the event's, without "accounts-". Raises "Unauthorized" as the authorizer does."""
        event = self._event(f"accounts-{name}")
        event["requestContext"]["authorizer"] = self.authorizer_context(api_key)
        event["headers"].pop("Idempotency-Key", None)
        event["headers"] |= headers or {}
        event["queryStringParameters"] = query
        event["body"] = body if body is None or isinstance(body, str) else json.dumps(body)
        if path_id is not None:
            event["path"] = event["path"].replace(event["pathParameters"]["id"], path_id)
            event["pathParameters"]["id"] = path_id
        reply = lambda_handler(event, self._context)
        given = {key: values[0] for key, values in reply["multiValueHeaders"].items()}
        return Reply(reply["statusCode"], reply["body"], given)

    def made(self, owner: str, **fields: Any) -> Any:
        """A new sub-account's answer."""
        reply = self.call(owner, "create-sub-account", body=SHOP | fields)
        assert reply.status == 201, reply.text
        return reply.body

    def authorizer_context(self, api_key: str) -> dict[str, str]:
        event = self._event("authorizer") | {"authorizationToken": f"Bearer {api_key}"}
        policy = authorize(event, self._context)
        context: dict[str, str] = policy["context"]
        assert all(isinstance(value, str) for value in context.values())
        return {"principalId": policy["principalId"], **context}
