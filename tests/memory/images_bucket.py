"""The images bucket in memory. Like S3 it refuses a body that its checksum doesn't match."""

import hashlib
from dataclasses import dataclass

from darkroom.jobs.job import Job
from darkroom.ports import Picture


@dataclass(frozen=True, slots=True)
class StoredObject:
    body: bytes
    content_type: str
    sha256: bytes
    tenant: str
    job_id: str


class MemoryImagesBucket:
    def __init__(self, name: str = "images-test") -> None:
        self.objects: dict[str, StoredObject] = {}
        self._name = name

    def put(self, key: str, picture: Picture, job: Job) -> None:
        body = picture.file.read()
        if hashlib.sha256(body).digest() != picture.sha256 or len(body) != picture.size_bytes:
            raise AssertionError("the body is not the one that was verified")
        self.objects[key] = StoredObject(body, picture.content_type, picture.sha256, job.tenant, job.id)

    def read(self, key: str) -> bytes | None:
        return self.objects[key].body if key in self.objects else None

    def presign(self, key: str, expires_seconds: int) -> str:
        return f"https://{self._name}.test/{key}?expires={expires_seconds}"

    def uri(self, key: str) -> str:
        return f"s3://{self._name}/{key}"
