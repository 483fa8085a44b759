"""ImagesBucket on S3. A picture goes up from its file, with its own SHA-256; no copy is made in memory."""

import base64
from typing import TYPE_CHECKING

from darkroom.aws.errors import error_code, translated
from darkroom.jobs.job import Job
from darkroom.ports import Picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = frozenset({"NoSuchKey", "AccessDenied"})
"""To whoever may not list the bucket S3 says AccessDenied of an object that is not there."""


class S3ImagesBucket:
    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, key: str, picture: Picture, job: Job) -> None:
        """S3 refuses a body that the checksum doesn't match."""
        with translated():
            self._client.put_object(
                Bucket=self._name,
                Key=key,
                Body=picture.file,
                ContentLength=picture.size_bytes,
                ContentType=picture.content_type,
                ContentDisposition=f'attachment; filename="{_file_name(key)}"',
                ChecksumSHA256=base64.b64encode(picture.sha256).decode(),
                Metadata={"tenant": job.tenant, "job": job.id},
            )

    def read(self, key: str) -> bytes | None:
        from botocore.exceptions import ClientError

        try:
            with translated():
                return self._client.get_object(Bucket=self._name, Key=key)["Body"].read()
        except ClientError as error:
            if error_code(error) in _MISSING:
                return None
            raise

    def presign(self, key: str, expires_seconds: int) -> str:
        """Signed on the spot, without asking S3; dies with the role's own credentials if that is earlier."""
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._name, "Key": key}, ExpiresIn=expires_seconds
        )

    def uri(self, key: str) -> str:
        return f"s3://{self._name}/{key}"


def _file_name(key: str) -> str:
    """The key's last two parts: `outputs/acme/job_1/0.png` is saved as `job_1-0.png`."""
    return "-".join(key.split("/")[-2:])
