"""The address that upstream calls back: it names the job and the attempt, under a code of our own.

By it a callback alone is enough to adopt a task whose id was never stored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from darkroom.signing import code, is_code
from darkroom.wavespeed.callback import CallbackRefusedError

CALLBACK_PATH = "/callbacks/wavespeed"
_LABEL = "darkroom/callback/v1"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")


@dataclass(frozen=True, slots=True)
class CallbackTarget:
    tenant: str
    job_id: str
    attempt_id: str


def callback_url(base_url: str, key: bytes, tenant: str, job_id: str, attempt_id: str) -> str:
    """`base_url` has no slash at the end. Raises ValueError for names that `check` would refuse."""
    fields = (tenant, job_id, attempt_id)
    if not all(_NAME.fullmatch(field) for field in fields):
        raise ValueError("a tenant, job or attempt that can't stand in a callback's address")
    query = {"tenant": tenant, "job": job_id, "attempt": attempt_id, "code": code(key, _LABEL, *fields)}
    return f"{base_url}{CALLBACK_PATH}?{urlencode(query)}"


def check(key: bytes, query: Mapping[str, str]) -> CallbackTarget:
    """Raises CallbackRefusedError, and nothing else for any query."""
    fields = tuple(_field(query, name) for name in ("tenant", "job", "attempt"))
    if not is_code(query.get("code"), key, _LABEL, *fields):
        raise CallbackRefusedError("the address is not one of ours")
    return CallbackTarget(*fields)


def _field(query: Mapping[str, str], name: str) -> str:
    value = query.get(name)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise CallbackRefusedError(f"{name} is missing or malformed")
    return value
