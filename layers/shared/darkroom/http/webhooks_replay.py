"""The body of `POST /v1/webhooks/replay`, and what it is answered with."""

from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from darkroom.http.json_body import Text
from darkroom.jobs.delivery import DeliveryStatus

STATUSES: dict[str, frozenset[DeliveryStatus]] = {
    "exhausted": frozenset({DeliveryStatus.EXHAUSTED}),
    "undelivered": frozenset({DeliveryStatus.EXHAUSTED, DeliveryStatus.PENDING}),
    "all": frozenset({DeliveryStatus.EXHAUSTED, DeliveryStatus.PENDING, DeliveryStatus.DELIVERED}),
}


class WebhooksReplay(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    since: int = Field(
        ge=0, le=999_999_999_999, description="whole Unix seconds: events of this time or later"
    )
    status: Literal["exhausted", "undelivered", "all"] = Field(
        "exhausted",
        description="which deliveries: those given up, also those that wait for an attempt, or all",
    )
    cursor: Text | None = Field(None, description="the `cursor` that the call before answered with")


class WebhooksReplayed(TypedDict):
    """A page of what was asked for: go on while `has_more`."""

    replayed: Annotated[int, "how many events this call has sent on their way again"]
    has_more: bool
    cursor: Annotated[
        str | None, "for the next call, with the same `since` and `status`; null on the last one"
    ]
