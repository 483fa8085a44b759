"""Links to stored pictures that expire: made for whoever may read the job, checked by the serving route.

A link is the same for the same picture and time, so a client that reads a job twice can compare them.
"""

import re
from typing import Literal

from darkroom.signing import code, is_code

_LABEL = "darkroom/link/v1"
_EXPIRES = re.compile(r"[0-9]{1,12}")
_S3_KEY = re.compile(r"outputs(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}){3}")


class LinkRefusedError(Exception):
    def __init__(self, reason: Literal["expired", "bad signature"]) -> None:
        super().__init__(reason)
        self.reason = reason


def output_link(base_url: str, key: bytes, s3_key: str, expires_at: int) -> str:
    """`s3_key` is `outputs/{tenant}/{job}/{file}`, else ValueError; `expires_at` is Unix seconds."""
    if not _S3_KEY.fullmatch(s3_key):
        raise ValueError("not the key of an output")
    signature = code(key, _LABEL, s3_key, str(expires_at))
    return f"{base_url}/{s3_key}?expires={expires_at}&signature={signature}"


def check_link(key: bytes, s3_key: str, expires: str | None, signature: str | None, now: float) -> None:
    """Takes the parts as they stand in the request. Raises LinkRefusedError, and nothing else for any input.

    The signature is judged first: only a link of ours is told that it has expired.
    """
    if not _S3_KEY.fullmatch(s3_key) or expires is None or not _EXPIRES.fullmatch(expires):
        raise LinkRefusedError("bad signature")
    if not is_code(signature, key, _LABEL, s3_key, expires):
        raise LinkRefusedError("bad signature")
    if now >= int(expires):
        raise LinkRefusedError("expired")
