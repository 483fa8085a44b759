"""The stack's settings, read once from the environment that `template.yaml` sets. Nothing else reads it.

A test holds the fields against the template's variables: they are the same set.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """One field for each variable, in lower case. Addresses and names are the stack's own resources."""

    jobs_table: str
    accounts_table: str
    jobs_queue_url: str
    webhook_queue_url: str
    slow_webhook_queue_url: str
    images_bucket: str
    upstream_url: str
    upstream_key_secret: str
    """The secret's ARN; its value is upstream's API key."""
    signing_key_secret: str
    """The secret's ARN; its value signs callback addresses and picture links."""
    tenant_parameters: str
    """Prefix of the tenants' SecureString parameters."""
    upstream_images_per_minute: int
    upstream_concurrent_tasks: int
    callbacks: bool
    public_url: str
    """Where the API is reached from outside, without a slash at the end; empty: as the request came."""
    output_hosts: frozenset[str]
    """Host suffixes that upstream's pictures may be fetched from."""
    webhook_ports: frozenset[int]
    local_targets: frozenset[str]
    """`host:port` pairs that may be reached in spite of the policy; the local stack alone has any."""
    retention_days: int
    wait_seconds: float
    sync_wait_seconds: float
    default_model: str
    """Of `POST /v1/images/generations` without one."""
    job_deadline_seconds: int
    upstream_timeout_seconds: int
    overdue_seconds: int


@cache
def settings() -> Settings:
    """Read at the first call, not at import. Raises KeyError for a variable that is not set."""
    return read_settings(os.environ)


def read_settings(environment: Mapping[str, str]) -> Settings:
    return Settings(
        **{field.name: _value(field.type, environment[field.name.upper()]) for field in fields(Settings)}
    )


def _value(kind: Any, text: str) -> Any:
    if kind is bool:
        return text == "on"
    if kind in (str, int, float):
        return kind(text)
    parts = (part.strip() for part in text.split(",") if part.strip())
    return frozenset(int(part) for part in parts) if kind == frozenset[int] else frozenset(parts)
