"""API Gateway's token authorizer: an API key in, its tenant's account out. Cached for up to 60 s."""

from typing import Any

from darkroom import adapters
from darkroom.jobs.account import Account

_SCHEME = "bearer "


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Raises "Unauthorized", API Gateway's word for 401: the same for every key that may not call."""
    token = str(event.get("authorizationToken", ""))
    if token[: len(_SCHEME)].lower() != _SCHEME:
        raise Exception("Unauthorized")
    caller = adapters.accounts_table().find_caller(token[len(_SCHEME) :].strip())
    if caller is None:
        raise Exception("Unauthorized")
    return {
        "principalId": caller.account.tenant,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": _whole_stage(event["methodArn"]),
                }
            ],
        },
        "context": {"key_id": caller.key_id, **_context(caller.account)},
    }


def _context(account: Account) -> dict[str, str]:
    """As `Api.account` reads it. API Gateway hands on text, and nothing that is null or nested."""
    values = {
        "tenant": account.tenant,
        "owner": account.owner,
        "payers": ",".join(account.payers),
        "requests_per_minute": account.requests_per_minute,
        "owner_requests_per_minute": account.owner_requests_per_minute,
        "own_upstream_key": account.own_upstream_key and "true",
    }
    return {name: str(value) for name, value in values.items() if value}


def _whole_stage(method_arn: str) -> str:
    """The cached answer serves every route: …:{api}/{stage}/{method}/{path} becomes …:{api}/{stage}/*."""
    api, stage = method_arn.split("/")[:2]
    return f"{api}/{stage}/*"
