"""The tenants' webhook secrets: one SecureString parameter for each tenant.

    {prefix}/{tenant}/webhook-secret = {"secrets": [{"secret": "whsec_…", "expires_at": null | Unix seconds,
                                                     "made_by": the hash of an Idempotency-Key}]}

A rotation leaves the old secret in the list, before the new one, with the time at which it ends.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.errors import translated
from darkroom.ports import ThrottledError
from darkroom.webhooks.rotation import Secrets, SigningSecret, StoredSecrets, signing

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_KEPT_SECONDS = 60.0
_KEPT_TENANTS = 1_000


class SecretParameters:
    """Parameter Store as it is, nothing kept in the process. All methods raise ThrottledError."""

    def __init__(self, client: "SSMClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def read(self, tenant: str) -> StoredSecrets | None:
        try:
            with translated():
                reply = self._client.get_parameter(Name=self._name(tenant), WithDecryption=True)
        except self._client.exceptions.ParameterNotFound:
            return None
        parameter = reply["Parameter"]
        entries: list[dict[str, Any]] = json.loads(parameter["Value"])["secrets"]
        secrets = [
            SigningSecret(each["secret"], each.get("expires_at"), each.get("made_by")) for each in entries
        ]
        return StoredSecrets(secrets, parameter["Version"])

    def create(self, tenant: str, secret: SigningSecret) -> bool:
        """False where the tenant has secrets already: nothing was written."""
        try:
            self._put(tenant, [secret], overwrite=False)
        except self._client.exceptions.ParameterAlreadyExists:
            return False
        return True

    def replace(self, tenant: str, secrets: Secrets) -> int:
        """Returns the new version."""
        return self._put(tenant, secrets, overwrite=True)

    def _put(self, tenant: str, secrets: Secrets, *, overwrite: bool) -> int:
        entries = [
            {"secret": each.secret, "expires_at": each.expires_at}
            | ({"made_by": each.made_by} if each.made_by else {})
            for each in secrets
        ]
        with translated():
            reply = self._client.put_parameter(
                Name=self._name(tenant),
                Value=json.dumps({"secrets": entries}),
                Type="SecureString",
                Overwrite=overwrite,
            )
        return reply["Version"]

    def _name(self, tenant: str) -> str:
        return f"{self._prefix}/{tenant}/webhook-secret"


class SsmWebhookSecrets:
    """For signing: what was read is kept in the process for a minute."""

    def __init__(self, client: "SSMClient", prefix: str, clock: Callable[[], float] = time.time) -> None:
        self._parameters = SecretParameters(client, prefix)
        self._clock = clock
        self._lock = threading.Lock()
        self._read: dict[str, tuple[float, Secrets]] = {}

    def secrets(self, tenant: str) -> Sequence[str]:
        """Those that have not expired; none for a tenant without. Raises ThrottledError."""
        now = self._clock()
        return tuple(each.secret for each in signing(self._kept(tenant, now), now))

    def store(self, tenant: str, secret: str) -> None:
        """Make it the tenant's only secret from now on. Other processes follow within a minute."""
        self._parameters.replace(tenant, [SigningSecret(secret)])
        with self._lock:
            self._read.pop(tenant, None)

    def _kept(self, tenant: str, now: float) -> Secrets:
        kept = self._read.get(tenant)
        if kept is not None and now - kept[0] < _KEPT_SECONDS:
            return kept[1]
        try:
            stored = self._parameters.read(tenant)
            secrets = stored.secrets if stored else []
        except ThrottledError:
            if kept is None:
                raise
            secrets = kept[1]
        with self._lock:
            if len(self._read) >= _KEPT_TENANTS:
                self._read.clear()
            self._read[tenant] = (now, secrets)
        return secrets
