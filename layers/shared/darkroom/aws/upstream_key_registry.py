"""Registers, shows and removes the tenants' own upstream keys. It reads one only to compare it.

What may be shown of a key (its fingerprint, when it was registered) is its secret's description. The
tenant's profile says that new jobs run on it, for the authorizer; so a key is stored before that is said, and
said no more before the key is removed: whatever is interrupted or raced, a job that was accepted on
a key that isn't there fails with upstream_key_removed, and none runs on the stack's key unasked.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from darkroom.aws.accounts_table import AccountsTable, UnknownTenantError
from darkroom.aws.errors import error_code, translated
from darkroom.aws.upstream_keys import secret_name
from darkroom.ports import ThrottledError
from darkroom.upstreams import RegisteredKey

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_TRIES = 3


class TooManyKeysError(Exception):
    """AWS keeps each version of a secret for a day and no more than about a hundred of them."""


class UpstreamKeyRegistry:
    """All methods raise ThrottledError."""

    def __init__(self, client: "SecretsManagerClient", prefix: str, accounts: AccountsTable) -> None:
        self._client = client
        self._prefix = prefix
        self._accounts = accounts

    def register(self, tenant: str, api_key: str, now: float) -> RegisteredKey:
        """In place of the one before; attempts that were made with that one end on it. The same key again is
        the one that is registered already.

        Raises UnknownTenantError, with nothing kept, and TooManyKeysError, with the one before in place.
        """
        key = RegisteredKey(hashlib.sha256(api_key.encode()).hexdigest()[:8], int(now))
        standing = self._standing(tenant, api_key, key.fingerprint)
        if standing is not None:
            return standing
        self._store(tenant, api_key, json.dumps(asdict(key)))
        try:
            self._accounts.set_own_upstream_key(tenant, True)
        except UnknownTenantError:
            self._delete(tenant)
            raise
        return key

    def find(self, tenant: str) -> RegisteredKey | None:
        """The key that new jobs run on."""
        account = self._accounts.account(tenant)
        if account is None or not account.own_upstream_key:
            return None
        name = secret_name(self._prefix, tenant)
        reply = _unless("ResourceNotFoundException", lambda: self._client.describe_secret(SecretId=name))
        if reply is None or "DeletedDate" in reply:
            return None
        return RegisteredKey(**json.loads(reply["Description"]))

    def remove(self, tenant: str) -> None:
        """At once and for good, with all its versions; again is harmless, and so for an unknown tenant."""
        with suppress(UnknownTenantError):
            self._accounts.set_own_upstream_key(tenant, False)
        self._delete(tenant)

    def _standing(self, tenant: str, api_key: str, fingerprint: str) -> RegisteredKey | None:
        """Where it is the key already: each write would be one more version."""
        found = self.find(tenant)
        if found is None or found.fingerprint != fingerprint:
            return None
        name = secret_name(self._prefix, tenant)
        reply = _unless("ResourceNotFoundException", lambda: self._client.get_secret_value(SecretId=name))
        return found if reply is not None and reply["SecretString"] == api_key else None

    def _store(self, tenant: str, api_key: str, description: str) -> None:
        name = secret_name(self._prefix, tenant)
        value: Any = {"SecretString": api_key, "Description": description}
        for _ in range(_TRIES):
            if _unless("ResourceExistsException", lambda: self._client.create_secret(Name=name, **value)):
                return
            if _unless("ResourceNotFoundException", lambda: self._update(name, value)):
                return
        raise ThrottledError("the secret is made and removed by others")

    def _update(self, name: str, value: Any) -> Any:
        from botocore.exceptions import ClientError

        try:
            return self._client.update_secret(SecretId=name, **value)
        except ClientError as error:
            if error_code(error) == "LimitExceededException":
                raise TooManyKeysError from error
            raise

    def _delete(self, tenant: str) -> None:
        name = secret_name(self._prefix, tenant)
        _unless(
            "ResourceNotFoundException",
            lambda: self._client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True),
        )


def _unless(expected: str, call: Callable[[], Any]) -> Any:
    """What the call answers; None where it is refused with the expected code. Raises ThrottledError."""
    from botocore.exceptions import ClientError

    try:
        with translated():
            return call()
    except ClientError as error:
        if error_code(error) == expected:
            return None
        if error_code(error) == "InvalidRequestException":  # its name is free only once it is wholly removed
            raise ThrottledError("the secret is marked for deletion") from error
        raise
