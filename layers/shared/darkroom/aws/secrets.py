"""Secrets, read when they are needed and kept in the process for a while. Never logs or shows a value."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from darkroom.aws.errors import error_code, translated
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_KEPT_SECONDS = 300.0
_REFRESH_SECONDS = 5.0


class SecretValue:
    """One secret of Secrets Manager. While that is throttled or down an old value is kept in use."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._lock = threading.Lock()
        self._value: str | None = None
        self._read_at = 0.0

    def value(self) -> str:
        """Empty while none has been stored. Raises ThrottledError where it was never read before."""
        return self._not_older_than(_KEPT_SECONDS if self._value else _REFRESH_SECONDS)

    def refresh(self) -> str:
        """Read again because the value was refused; by many threads at once: one read in 5 s."""
        return self._not_older_than(_REFRESH_SECONDS)

    def _not_older_than(self, seconds: float) -> str:
        with self._lock:
            if self._value is None or self._clock() - self._read_at >= seconds:
                try:
                    self._value = self._read()
                except ThrottledError:
                    if self._value is None:
                        raise
                self._read_at = self._clock()
            return self._value

    def _read(self) -> str:
        from botocore.exceptions import ClientError

        try:
            with translated():
                return self._client.get_secret_value(SecretId=self._secret_id)["SecretString"]
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return ""
            raise ThrottledError(error_code(error)) from error  # denied, or marked for deletion: not now
