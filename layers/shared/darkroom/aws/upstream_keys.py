"""The tenants' own upstream keys as the workers read them, kept in the process for a minute.

    {prefix}/{tenant}/upstream-key    a secret of Secrets Manager; its value is the key and nothing else

A key that was replaced is an older version of the secret, and can still be read as that. Never logs or
shows a key.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from darkroom.aws.errors import error_code, translated
from darkroom.ports import KeyRemovedError, ThrottledError
from darkroom.upstreams import OwnKey

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_KEPT_SECONDS = 60.0
_REFRESH_SECONDS = 5.0
_KEPT_KEYS = 1_000
_REMOVED = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
"""Not there, or marked for deletion."""


def secret_name(prefix: str, tenant: str) -> str:
    return f"{prefix}/{tenant}/upstream-key"


class UpstreamKeys:
    """Safe to share between threads. While AWS is throttled or down a key once read is kept in use."""

    def __init__(
        self, client: "SecretsManagerClient", prefix: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str | None], tuple[float, OwnKey]] = {}

    def current(self, tenant: str) -> OwnKey:
        """The one that new attempts are made with. Raises KeyRemovedError, ThrottledError."""
        return self._read(tenant, None)

    def version(self, tenant: str, version: str) -> OwnKey:
        """Also one that was replaced since. Raises KeyRemovedError, ThrottledError."""
        return self._read(tenant, version)

    def refused(self, tenant: str) -> None:
        """Upstream refuses the current key: there may be another one. Raises nothing, for it is told of in the
        midst of a paid POST; the next one to ask reads again, at most once in 5 s."""
        with self._lock:
            kept = self._kept.get((tenant, None))
            if kept is not None and self._clock() - kept[0] >= _REFRESH_SECONDS:
                del self._kept[tenant, None]

    def _read(self, tenant: str, version: str | None) -> OwnKey:
        now = self._clock()
        kept = self._kept.get((tenant, version))
        if kept is not None and now - kept[0] < _KEPT_SECONDS:
            return kept[1]
        try:
            key = self._fetch(tenant, version)
        except ThrottledError:
            if kept is None:
                raise
            key = kept[1]
        except KeyRemovedError:
            self._kept.pop((tenant, version), None)
            raise
        self._keep(now, version, key)
        return key

    def _keep(self, now: float, version: str | None, key: OwnKey) -> None:
        """A version that was read as the current one is known by its name too."""
        with self._lock:
            if len(self._kept) >= _KEPT_KEYS:
                self._kept.clear()
            self._kept[key.tenant, version] = self._kept[key.tenant, key.version] = now, key

    def _fetch(self, tenant: str, version: str | None) -> OwnKey:
        from botocore.exceptions import ClientError

        wanted: Any = {} if version is None else {"VersionId": version}
        try:
            with translated():
                reply = self._client.get_secret_value(SecretId=secret_name(self._prefix, tenant), **wanted)
        except ClientError as error:
            if error_code(error) in _REMOVED:
                raise KeyRemovedError(tenant) from None
            raise ThrottledError(error_code(error)) from error  # denied: not now
        return OwnKey(tenant, reply["VersionId"], reply["SecretString"])
