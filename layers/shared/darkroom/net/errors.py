"""How a guarded request can fail; imports nothing of the project and nothing heavy.

UrlRefusedError     the URL may not be called at all: nothing was looked up or sent
RequestFailedError  the request was made, or begun, and gave no usable answer
"""

from enum import StrEnum


class UrlRefusedError(ValueError):
    """`reason` is a sentence for the person who gave the URL: what it must be, or must not be."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NetworkFailure(StrEnum):
    """Stable words: they are stored with the attempt and shown."""

    DNS_FAILED = "dns_failed"
    ADDRESS_REFUSED = "address_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    DEADLINE = "deadline"
    CONNECTION_LOST = "connection_lost"
    PROTOCOL_ERROR = "protocol_error"
    ANSWER_TOO_LARGE = "answer_too_large"
    ENCODED_BODY = "encoded_body"


class RequestFailedError(Exception):
    """`detail` may be shown to the caller: it never holds an address that a name resolved to."""

    def __init__(self, failure: NetworkFailure, detail: str | None = None) -> None:
        super().__init__(f"{failure}: {detail}" if detail else str(failure))
        self.failure = failure
        self.detail = detail
