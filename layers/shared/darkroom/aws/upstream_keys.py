"""The tenants' own upstream keys as the workers read them.

    {prefix}/{tenant}/upstream-key    a secret of Secrets Manager; its value is the key and nothing else

A key that was replaced is an older version of the secret, and can still be read as that; one that was
removed is gone with all its versions. Never logs or shows a key.
"""

import threading
from typing import TYPE_CHECKING, Any

from darkroom.aws.errors import error_code, translated
from darkroom.ports import KeyRemovedError, ThrottledError
from darkroom.upstreams import OwnKey

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_KEPT_KEYS = 1_000
_REMOVED = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
"""Not there, or marked for deletion."""


def secret_name(prefix: str, tenant: str) -> str:
    return f"{prefix}/{tenant}/upstream-key"


class UpstreamKeys:
    """Safe to share between threads.

    Which key is current is asked each time: no paid POST is made on one that was removed or replaced. A
    version never changes, so the process keeps what it has read: a task that is paid for is still looked at
    on the key that it was started on, also while AWS is throttled or down, and after a removal.
    """

    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], OwnKey] = {}

    def current(self, tenant: str) -> OwnKey:
        """The one that new attempts are made with. Raises KeyRemovedError, ThrottledError."""
        return self._keep(self._fetch(tenant, None))

    def version(self, tenant: str, version: str) -> OwnKey:
        """Also one that was replaced since, or removed, where this process has read it before.

        Raises KeyRemovedError, ThrottledError.
        """
        return self._kept.get((tenant, version)) or self._keep(self._fetch(tenant, version))

    def _keep(self, key: OwnKey) -> OwnKey:
        with self._lock:
            if len(self._kept) >= _KEPT_KEYS:
                self._kept.clear()
            self._kept[key.tenant, key.version] = key
        return key

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
