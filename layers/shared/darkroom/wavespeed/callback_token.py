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
_PARAMETERS = ("tenant", "job", "attempt", "key")


@dataclass(frozen=True, slots=True)
class CallbackTarget:
    """`key_version`: of the tenant's own upstream key, whose account signs it; None: the stack's."""

    tenant: str
    job_id: str
    attempt_id: str
    key_version: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """What the code stands over: three for the stack's key, four for a tenant's own."""
        named = (self.tenant, self.job_id, self.attempt_id)
        return named if self.key_version is None else (*named, self.key_version)


def callback_url(base_url: str, key: bytes, target: CallbackTarget) -> str:
    """`base_url` has no slash at the end. Raises ValueError for names that `check` would refuse."""
    fields = target.fields
    if not all(_NAME.fullmatch(field) for field in fields):
        raise ValueError("a tenant, job, attempt or key that can't stand in a callback's address")
    query = {**dict(zip(_PARAMETERS, fields, strict=False)), "code": code(key, _LABEL, *fields)}
    return f"{base_url}{CALLBACK_PATH}?{urlencode(query)}"


def check(key: bytes, query: Mapping[str, str]) -> CallbackTarget:
    """Raises CallbackRefusedError, and nothing else for any query."""
    names = _PARAMETERS if "key" in query else _PARAMETERS[:-1]
    target = CallbackTarget(*(_field(query, name) for name in names))
    if not is_code(query.get("code"), key, _LABEL, *target.fields):
        raise CallbackRefusedError("the address is not one of ours")
    return target


def _field(query: Mapping[str, str], name: str) -> str:
    value = query.get(name)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise CallbackRefusedError(f"{name} is missing or malformed")
    return value
