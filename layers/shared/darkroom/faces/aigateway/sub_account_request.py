"""The bodies of `POST /v1/sub-accounts` and `PATCH /v1/sub-accounts/{id}`."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from darkroom.http.json_body import Text, read_body
from darkroom.jobs.money import MICROUSD_A_CENT
from darkroom.jobs.sub_account import SubAccountTerms

MAX_NAME_CHARACTERS = 100
MAX_CAP_CENTS = 100_000_000
MAX_REQUESTS_PER_MINUTE = 100_000

_ROUNDING_MICROUSD = 0.001
"""What adding up cents in binary floating point may leave over."""


def _name(text: str) -> str:
    if not text.strip() or len(text) > MAX_NAME_CHARACTERS or not text.isprintable():
        raise ValueError("must be a name")
    return text


def _exact(cents: float) -> float:
    microusd = cents * MICROUSD_A_CENT
    if abs(microusd - round(microusd)) > _ROUNDING_MICROUSD:
        raise ValueError("must have four decimals at most")
    return cents


Name = Annotated[Text, AfterValidator(_name)]
Cents = Annotated[
    float,
    Field(ge=0, le=MAX_CAP_CENTS, allow_inf_nan=False, json_schema_extra={"multipleOf": 1 / MICROUSD_A_CENT}),
    AfterValidator(_exact),
]
Rate = Annotated[int, Field(ge=1, le=MAX_REQUESTS_PER_MINUTE)]

_NAME = f"1 to {MAX_NAME_CHARACTERS} printable characters, for people"
_CAP = (
    f"US cents that its jobs may cost, 0 to {MAX_CAP_CENTS}, four decimals at most; null: no cap of its own"
)
_RATE = f"requests a minute that make jobs, 1 to {MAX_REQUESTS_PER_MINUTE}; null: no limit of its own"


class SubAccountRequest(BaseModel):
    """Its cap stands beside its owner's: a job needs room in both."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name = Field(description=_NAME)
    spend_cap_cents: Cents | None = Field(None, description=_CAP)
    rate_limit_rpm: Rate | None = Field(None, description=_RATE)


class SubAccountChange(BaseModel):
    """A field that is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name = Field(default_factory=str, description=_NAME)  # no default: the document would show it
    spend_cap_cents: Cents | None = Field(None, description=_CAP)
    rate_limit_rpm: Rate | None = Field(None, description=_RATE)


def read_terms(body: bytes) -> SubAccountTerms:
    """Raises ApiError."""
    fields = read_body(SubAccountRequest, body)
    return SubAccountTerms(fields.name, _microusd(fields.spend_cap_cents), fields.rate_limit_rpm)


def read_change(body: bytes) -> dict[str, Any]:
    """Of the fields of `SubAccountTerms`, those that were sent. Raises ApiError."""
    fields = read_body(SubAccountChange, body)
    terms = {
        "name": ("name", fields.name),
        "spend_cap_cents": ("cap_microusd", _microusd(fields.spend_cap_cents)),
        "rate_limit_rpm": ("requests_per_minute", fields.rate_limit_rpm),
    }
    return dict(terms[sent] for sent in fields.model_fields_set)


def _microusd(cents: float | None) -> int | None:
    return None if cents is None else round(cents * MICROUSD_A_CENT)
