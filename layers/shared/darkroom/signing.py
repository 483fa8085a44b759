"""Message authentication codes over a few short fields. Knows no meaning of them."""

import base64
import hashlib
import hmac
import re

MIN_KEY_BYTES = 32
_CODE = re.compile(r"[A-Za-z0-9_-]{43}")


def code(key: bytes, label: str, *fields: str) -> str:
    """HMAC-SHA256 as 43 URL-safe characters.

    The label separates one use of the key from another, the lengths one list of fields from another.
    Raises ValueError for a key that is too short to protect anything.
    """
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"a signing key has at least {MIN_KEY_BYTES} bytes")
    parts = [part.encode() for part in (label, *fields)]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_code(given: object, key: bytes, label: str, *fields: str) -> bool:
    """Compared in constant time; anything that is not even shaped like a code is none."""
    if not isinstance(given, str) or not _CODE.fullmatch(given):
        return False
    return hmac.compare_digest(given, code(key, label, *fields))
