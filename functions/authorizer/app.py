"""API Gateway's token authorizer: an API key in, its tenant out. The answer is cached for up to 60 s."""

from typing import Any

from darkroom import adapters

_SCHEME = "bearer "


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Raises "Unauthorized", API Gateway's word for 401: the same for unknown, revoked and malformed keys."""
    token = str(event.get("authorizationToken", ""))
    if token[: len(_SCHEME)].lower() != _SCHEME:
        raise Exception("Unauthorized")
    principal = adapters.accounts_table().find_key(token[len(_SCHEME) :].strip())
    if principal is None:
        raise Exception("Unauthorized")
    return {
        "principalId": principal.tenant,
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
        "context": {"tenant": principal.tenant, "key_id": principal.key_id},
    }


def _whole_stage(method_arn: str) -> str:
    """The cached answer serves every route: …:{api}/{stage}/{method}/{path} becomes …:{api}/{stage}/*."""
    api, stage = method_arn.split("/")[:2]
    return f"{api}/{stage}/*"
