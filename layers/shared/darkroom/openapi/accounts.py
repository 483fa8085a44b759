"""The routes for a tenant's own affairs: sub-accounts, webhook secret, upstream key."""

from darkroom.faces.aigateway.sub_account_request import SubAccountChange, SubAccountRequest
from darkroom.faces.aigateway.sub_accounts import (
    NewSubAccountAnswer,
    Removed,
    SubAccountAnswer,
    SubAccountList,
    sub_account_answer,
)
from darkroom.faces.aigateway.webhook_secret import WebhookSecretAnswer
from darkroom.http.upstream_key import UpstreamKeyAnswer, UpstreamKeyRequest
from darkroom.jobs.money import Budget
from darkroom.jobs.sub_account import SubAccount
from darkroom.openapi.operation import Answer, Body, Operation
from darkroom.openapi.parameters import CURSOR, IDEMPOTENCY_KEY, SUB_ACCOUNT_ID, limit
from darkroom.openapi.refusals import BODY, INVALID, INVALID_KEY, KEY_REUSED, SUB_ACCOUNT_NOT_FOUND, Refusal
from darkroom.openapi.samples import NOW

TAGS = {
    "Sub-accounts": "Tenants of your own: each with a key, a spend cap and a rate, under your own cap.",
    "Webhook secret": "What webhooks are signed with.",
    "Upstream key": "A WaveSpeedAI key of your own, on which your jobs then run.",
}

_SUB_ACCOUNT = sub_account_answer(
    SubAccount("sub-01k7w2v5d8q3m9x4n6r0t1yzab", "acme", "Shop", NOW, 60, Budget(5_000_000, 27_000))
)
_KEY = "dr_example-key-that-is-no-key"
_NEW: NewSubAccountAnswer = {**_SUB_ACCOUNT, "key": _KEY, "scoped_key": _KEY}
_LIST: SubAccountList = {"object": "list", "data": [_SUB_ACCOUNT], "has_more": False, "cursor": None}
_REMOVED: Removed = {"status": "ok"}
_SECRET: WebhookSecretAnswer = {"secret": "whsec_ZXhhbXBsZS1zZWNyZXQ=", "expiring": []}
_UPSTREAM: UpstreamKeyAnswer = {"configured": True, "created_at": int(NOW), "fingerprint": "9f86d081"}
_NONE: UpstreamKeyAnswer = {"configured": False}
_NOT_ALLOWED = Refusal(403, "not_allowed", "A sub-account can't have sub-accounts of its own.")
_WAS_REMOVED = Refusal(
    409, "sub_account_removed", "The sub-account that was made with this Idempotency-Key is removed."
)
_TOO_MANY = Refusal(
    409,
    "too_many_sub_accounts",
    "An account can have 1,000 sub-accounts. Remove one that is not used any more.",
)
_TERMS = {"name": "Shop", "spend_cap_cents": 500, "rate_limit_rpm": 60}

OPERATIONS = (
    Operation(
        "post",
        "/v1/sub-accounts",
        "createSubAccount",
        "Sub-accounts",
        "Make a sub-account",
        (
            Answer(
                201,
                "The sub-account with its API key, which is shown this once.",
                NewSubAccountAnswer,
                _NEW,
                headers=("location", "idempotency-replayed"),
                links={"getSubAccount": "/id", "changeSubAccount": "/id", "deleteSubAccount": "/id"},
            ),
        ),
        (*BODY, KEY_REUSED, INVALID_KEY, _NOT_ALLOWED, _WAS_REMOVED, _TOO_MANY),
        parameters=(IDEMPOTENCY_KEY,),
        body=Body(SubAccountRequest, {"shop": _TERMS}),
    ),
    Operation(
        "get",
        "/v1/sub-accounts",
        "listSubAccounts",
        "Sub-accounts",
        "List sub-accounts, newest first",
        (Answer(200, "A page of sub-accounts.", SubAccountList, _LIST),),
        (INVALID, _NOT_ALLOWED),
        parameters=(limit(100, 100), CURSOR),
    ),
    Operation(
        "get",
        "/v1/sub-accounts/{id}",
        "getSubAccount",
        "Sub-accounts",
        "Read a sub-account",
        (Answer(200, "The sub-account.", SubAccountAnswer, _SUB_ACCOUNT),),
        (SUB_ACCOUNT_NOT_FOUND, _NOT_ALLOWED, INVALID),
        parameters=(SUB_ACCOUNT_ID,),
    ),
    Operation(
        "patch",
        "/v1/sub-accounts/{id}",
        "changeSubAccount",
        "Sub-accounts",
        "Change a sub-account's name, cap or rate",
        (Answer(200, "The sub-account as it is now.", SubAccountAnswer, _SUB_ACCOUNT),),
        (SUB_ACCOUNT_NOT_FOUND, _NOT_ALLOWED, *BODY),
        parameters=(SUB_ACCOUNT_ID,),
        body=Body(SubAccountChange, {"a higher cap": {"spend_cap_cents": 1000}}),
    ),
    Operation(
        "delete",
        "/v1/sub-accounts/{id}",
        "deleteSubAccount",
        "Sub-accounts",
        "Remove a sub-account",
        (Answer(200, "It is removed; its keys are refused within 60 seconds.", Removed, _REMOVED),),
        (SUB_ACCOUNT_NOT_FOUND, _NOT_ALLOWED),
        "Its jobs go on to their end, and its data stay. Its own upstream key is removed: jobs that still "
        "need that one end as upstream_key_removed.",
        parameters=(SUB_ACCOUNT_ID,),
    ),
    Operation(
        "get",
        "/v1/webhook-secret",
        "getWebhookSecret",
        "Webhook secret",
        "Read the secret that your webhooks are signed with",
        (Answer(200, "The secret.", WebhookSecretAnswer, _SECRET),),
        (INVALID,),
    ),
    Operation(
        "post",
        "/v1/webhook-secret/rotate",
        "rotateWebhookSecret",
        "Webhook secret",
        "Make a new webhook secret",
        (
            Answer(
                200, "The new secret; for 24 hours the old one signs beside it.", WebhookSecretAnswer, _SECRET
            ),
        ),
        (
            INVALID,
            INVALID_KEY,
            Refusal(409, "rotation_under_way", "This secret is being rotated by another request."),
            Refusal(429, "too_many_rotations", "5 secrets sign your webhooks already.", retry=True),
        ),
        parameters=(IDEMPOTENCY_KEY,),
        body=Body(None, {}, required=False),
    ),
    Operation(
        "get",
        "/v1/upstream-key",
        "getUpstreamKey",
        "Upstream key",
        "See whether your jobs run on a key of your own",
        (Answer(200, "What is shown of the key: never the key itself.", UpstreamKeyAnswer, _UPSTREAM),),
        (INVALID,),
    ),
    Operation(
        "put",
        "/v1/upstream-key",
        "putUpstreamKey",
        "Upstream key",
        "Register or replace a WaveSpeedAI key of your own",
        (Answer(200, "New jobs run on it within 60 seconds.", UpstreamKeyAnswer, _UPSTREAM),),
        (
            *BODY,
            Refusal(422, "upstream_key_refused", "Upstream refuses this key."),
            Refusal(404, "tenant_not_found", "There is no such tenant."),
            Refusal(429, "too_many_keys", "Your key was replaced about a hundred times.", retry=True),
        ),
        body=Body(UpstreamKeyRequest, {"key": {"api_key": "wavespeed-key-that-is-no-key"}}),
    ),
    Operation(
        "delete",
        "/v1/upstream-key",
        "deleteUpstreamKey",
        "Upstream key",
        "Remove your own upstream key",
        (Answer(200, "It is removed; jobs that still need it fail.", UpstreamKeyAnswer, _NONE),),
        (INVALID,),
    ),
)
