"""Pictures without a network: a source that knows a few URLs, and pictures made of any bytes."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO


@dataclass(slots=True)
class FakePicture:
    """Counts as verified; the bytes may be anything."""

    content: bytes = b"the bytes of a picture"
    content_type: str = "image/png"
    extension: str = "png"
    width: int = 1024
    height: int = 1024
    size_bytes: int = field(init=False)
    sha256: bytes = field(init=False)
    file: IO[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.size_bytes = len(self.content)
        self.sha256 = hashlib.sha256(self.content).digest()
        self.file = io.BytesIO(self.content)


class FakePictureSource:
    """`pictures` has for each URL its bytes, or the error that fetching it raises."""

    def __init__(self, pictures: Mapping[str, bytes | FakePicture | Exception] | None = None) -> None:
        self.pictures = dict(pictures or {})
        self.fetched: list[str] = []

    @contextmanager
    def fetch(self, url: str, *, deadline_seconds: float) -> Iterator[FakePicture]:
        self.fetched.append(url)
        found = self.pictures[url]
        if isinstance(found, Exception):
            raise found
        picture = FakePicture(found) if isinstance(found, bytes) else found
        picture.file.seek(0)
        yield picture
