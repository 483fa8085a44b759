"""botocore's low-level clients: one session a process, each client made when it is first asked for.

botocore and not boto3: the resource API and the S3 transfer manager are not used and cost start-up time.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from darkroom.net.tls import amazons_certificates

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

_CONNECT_SECONDS = 2
_READ_SECONDS = 5
_ATTEMPTS = 3
_CONNECTIONS = 32
_USER_AGENT = "darkroom"
"""botocore's own is put together twice for each request: a tenth of its CPU."""
_S3 = {
    # A picture goes with its SHA-256 and over TLS: to sign the body too would read it once more.
    "payload_signing_enabled": False,
    # Else links name S3's global host, which redirects to the region's and breaks their signature.
    "addressing_style": "virtual",
}


class Clients:
    """Safe to share between threads, and so is each client. Without a region: the environment's."""

    def __init__(self, region: str | None = None) -> None:
        self._region = region
        self._session: Any = None
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def dynamodb(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self._client("dynamodb"))

    @property
    def sqs(self) -> "SQSClient":
        return cast("SQSClient", self._client("sqs"))

    @property
    def s3(self) -> "S3Client":
        """Made when it is first used: most first calls of a function that has it touch no picture."""
        made = _Deferred(lambda: self._client("s3", signature_version="s3v4", s3=_S3))
        return cast("S3Client", made)

    @property
    def ssm(self) -> "SSMClient":
        return cast("SSMClient", self._client("ssm"))

    @property
    def secretsmanager(self) -> "SecretsManagerClient":
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    @property
    def cloudformation(self) -> "CloudFormationClient":
        return cast("CloudFormationClient", self._client("cloudformation"))

    def _client(self, service: str, **config: Any) -> Any:
        client = self._clients.get(service)
        if client is None:
            with self._lock:  # making clients of one session is not thread-safe
                client = self._clients.get(service) or self._new_client(service, config)
                self._clients[service] = client
        return client

    def _new_client(self, service: str, config: dict[str, Any]) -> Any:
        import botocore.session
        from botocore.config import Config

        self._session = self._session or botocore.session.get_session()
        region = self._region or self._session.get_config_variable("region")
        return self._session.create_client(
            service,
            region_name=region,
            verify=self._session.get_config_variable("ca_bundle") or _trusted(region),
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
                max_pool_connections=_CONNECTIONS,
                tcp_keepalive=True,
                user_agent=_USER_AGENT,
                **config,
            ),
        )


class _Deferred:
    """A client that is yet to be made."""

    def __init__(self, made: Callable[[], Any]) -> None:
        self._made = made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made(), name)


def _trusted(region: str | None) -> str | None:
    """Amazon's own roots, which sign AWS's endpoints outside of China. None: all that botocore brings."""
    file = amazons_certificates()
    return None if file is None or (region or "cn-").startswith("cn-") else str(file)
