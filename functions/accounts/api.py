"""The function's router: which module has which routes."""

from darkroom.faces.wavespeed.envelope import WAVESPEED_PREFIX, refusal_of
from darkroom.http.api import Api

api = Api(
    modules={
        "/v1/sub-accounts": "accounts.sub_accounts",
        "/v1/webhook-secret": "accounts.webhook_secret",
        f"{WAVESPEED_PREFIX}webhook/": "accounts.webhook_secret",
        "/v1/upstream-key": "accounts.upstream_key",
        f"{WAVESPEED_PREFIX}balance": "accounts.balance",
    },
    refusals={WAVESPEED_PREFIX: refusal_of},
)
