"""Why a body is not accepted as a picture, or an output can't be had; imports nothing of the project.

PictureError
├── PictureRefusedError    reading it again would not help
└── PictureTruncatedError  the end is missing: another download may bring it
OutputError
├── OutputGoneError     it is not there any more: asking again is useless
├── OutputRetryError    nothing to decide on: ask again later
└── OutputRefusedError  what is there is not acceptable, and will not become so
"""

from enum import StrEnum


class Refusal(StrEnum):
    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    MALFORMED = "malformed"


class PictureError(Exception):
    """The body can't be stored as a picture."""


class PictureRefusedError(PictureError):
    """The text names the defect and holds no bytes of the body: it may be logged and shown."""

    def __init__(self, reason: Refusal, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


class PictureTruncatedError(PictureError):
    def __init__(self, received_bytes: int) -> None:
        super().__init__(f"the picture's end is missing after {received_bytes} bytes")
        self.received_bytes = received_bytes


def malformed(detail: str) -> PictureRefusedError:
    return PictureRefusedError(Refusal.MALFORMED, detail)


class OutputError(Exception):
    """`reason` holds of the URL at most its host, and no byte of the body: it may be logged and shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutputGoneError(OutputError):
    pass


class OutputRetryError(OutputError):
    pass


class OutputRefusedError(OutputError):
    pass
