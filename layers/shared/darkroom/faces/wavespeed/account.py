"""The account's own data in WaveSpeed's words, each the `data` of an envelope."""

from typing import Annotated, TypedDict


class WebhookSecretData(TypedDict):
    secret: Annotated[
        str, "what webhooks are signed with: in their scheme the text after `whsec_` is the key"
    ]


class BalanceData(TypedDict):
    balance: Annotated[float, "US dollars that may still be spent"]
