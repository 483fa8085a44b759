"""The tenants' webhook secrets: one SecureString parameter for each tenant, kept in the process for a minute.

    {prefix}/{tenant}/webhook-secret = {"secrets": [{"secret": "whsec_…", "expires_at": null | Unix seconds}]}

A rotation leaves the old secret in the list with the time at which it ends.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.errors import translated
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_KEPT_SECONDS = 60.0
_KEPT_TENANTS = 1_000


class SsmWebhookSecrets:
    def __init__(self, client: "SSMClient", prefix: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._lock = threading.Lock()
        self._read: dict[str, tuple[float, list[dict[str, Any]]]] = {}

    def secrets(self, tenant: str) -> Sequence[str]:
        """Those that have not expired; none for a tenant without. Raises ThrottledError."""
        now = self._clock()
        return tuple(
            entry["secret"]
            for entry in self._entries(tenant, now)
            if entry["expires_at"] is None or entry["expires_at"] > now
        )

    def store(self, tenant: str, secret: str) -> None:
        """Make it the tenant's only secret from now on. Other processes follow within a minute."""
        document = json.dumps({"secrets": [{"secret": secret, "expires_at": None}]})
        with translated():
            self._client.put_parameter(
                Name=self._name(tenant), Value=document, Type="SecureString", Overwrite=True
            )
        with self._lock:
            self._read.pop(tenant, None)

    def _entries(self, tenant: str, now: float) -> list[dict[str, Any]]:
        kept = self._read.get(tenant)
        if kept is not None and now - kept[0] < _KEPT_SECONDS:
            return kept[1]
        try:
            entries = self._fetch(tenant)
        except ThrottledError:
            if kept is None:
                raise
            entries = kept[1]
        with self._lock:
            if len(self._read) >= _KEPT_TENANTS:
                self._read.clear()
            self._read[tenant] = (now, entries)
        return entries

    def _fetch(self, tenant: str) -> list[dict[str, Any]]:
        try:
            with translated():
                reply = self._client.get_parameter(Name=self._name(tenant), WithDecryption=True)
        except self._client.exceptions.ParameterNotFound:
            return []
        entries: list[dict[str, Any]] = json.loads(reply["Parameter"]["Value"])["secrets"]
        return entries

    def _name(self, tenant: str) -> str:
        return f"{self._prefix}/{tenant}/webhook-secret"
