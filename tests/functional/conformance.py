"""What makes the document's generated cases sensible here: values that only this stack can know, and answers
taken strictly. No check is weakened: what JSON Schema cannot say is said to the generator instead.
"""

import copy
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from darkroom.openapi.document import document
from functional.gateway import STAGE

PRINTABLE = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))
_TODAY = datetime.now(UTC).date()
_SIDES = st.integers(512, 1400)  # ten of these fit as base64

# The same cases in every run, whatever has been answered or imported before
CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 20_261_120,
        "analysis": {"constants": {"enabled": False}},
        "phases": {
            name: {"extra-data-sources": {"responses": False}} for name in ("examples", "coverage", "fuzzing")
        },
    }
)
WEBHOOK_URL = "https://hooks.example.com/darkroom"

FORMATS: dict[str, st.SearchStrategy[str]] = {
    # What is printable Unicode alone knows; the shorter limit is Seedream's
    "prompt": st.text(PRINTABLE, min_size=1, max_size=800),
    "line": st.text(PRINTABLE, min_size=1, max_size=64),
    "size": st.builds("{}{}{}".format, _SIDES, st.sampled_from("*xX"), _SIDES),
    "moment": st.one_of(
        st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(lambda moment: f"{moment.isoformat()}Z"),
        st.integers(0, 4_000_000_000).map(str),
    ),
    # Days are kept as long as jobs are, and the first comes before the last
    "first-day": st.integers(3, 9).map(lambda days: (_TODAY - timedelta(days)).isoformat()),
    "last-day": st.integers(0, 2).map(lambda days: (_TODAY - timedelta(days)).isoformat()),
}
_FIELDS = {
    "prompt": "prompt",
    "tag": "line",
    "name": "line",
    "size": "size",
    "created_after": "moment",
    "created_before": "moment",
    "from": "first-day",
    "to": "last-day",
}


def checked_document() -> dict[str, Any]:
    """With a format for each field that needs one; and no answer may have a field that it does not name."""
    whole = copy.deepcopy(document())
    whole["servers"] = [{"url": STAGE}]
    for schema in whole["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            if "additionalProperties" in schema and name in _FIELDS:
                _give_format(field, _FIELDS[name])
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    for operations in whole["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query" and parameter["name"] in _FIELDS:
                    _give_format(parameter["schema"], _FIELDS[parameter["name"]])
    return whole


def register_formats() -> None:
    for name, strategy in FORMATS.items():
        schemathesis.openapi.format(name, strategy)


def make_possible(case: Case[Any]) -> None:
    """Of a case that is to be accepted, what nobody could have made up."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = secrets.token_hex(8)  # used with one body only
    if case.query:
        case.query = _possible_query(case.query)
    if isinstance(case.body, dict):
        case.body = _possible_body(case.body, has_hook=bool((case.query or {}).get("webhook")))


def arrives_whole(case: Case[Any]) -> bool:
    """False where a parameter is lost on its way into the URL, as an empty list is: what makes the case
    invalid may then never be sent."""
    return all(_is_sent(value) for value in (case.query or {}).values())


def _is_sent(value: object) -> bool:
    if isinstance(value, list):
        return any(_is_sent(part) for part in value)
    return value is not None and value != {}


def _possible_query(query: dict[str, Any]) -> dict[str, Any]:
    """A cursor is the server's to make."""
    days = dict(
        zip(("from", "to"), sorted(query[name] for name in ("from", "to") if name in query), strict=False)
    )
    both = days if len(days) == 2 else {}
    hook = {"webhook": WEBHOOK_URL} if query.get("webhook") else {}
    return {name: value for name, value in (query | both | hook).items() if name != "cursor"}


def _possible_body(body: dict[str, Any], *, has_hook: bool) -> dict[str, Any]:
    """The policy on URLs is more than a pattern; no webhook carries base64; pages end somewhere; a cursor is
    the server's to make."""
    hook: dict[str, Any] = {"webhook_url": WEBHOOK_URL} if body.get("webhook_url") else {}
    if (hook or has_hook) and "enable_base64_output" in body:
        hook["enable_base64_output"] = False
    page = {"page": min(body["page"], 100)} if "page" in body else {}
    return {name: value for name, value in (body | hook | page).items() if name != "cursor"}


def _give_format(field: dict[str, Any], name: str) -> None:
    for kind in field.get("anyOf", [field]):
        if kind.get("type") == "string" and "enum" not in kind:
            kind["format"] = name
