"""Runs the verifier over a body in one go or in pieces, and tells its result as a value that compares."""

from collections.abc import Iterable

from darkroom.pictures.verify import (
    PictureRefusedError,
    PictureTruncatedError,
    PictureVerifier,
    VerifiedPicture,
)


def verified(body: bytes, **limits: int) -> VerifiedPicture:
    verifier = PictureVerifier(**limits)
    verifier.feed(body)
    return verifier.finish()


def outcome(pieces: Iterable[bytes], **limits: int) -> VerifiedPicture | str:
    """The picture, `truncated`, or the words of the refusal; any other exception is the test's failure."""
    verifier = PictureVerifier(**limits)
    try:
        for piece in pieces:
            verifier.feed(piece)
        return verifier.finish()
    except PictureTruncatedError:
        return "truncated"
    except PictureRefusedError as refused:
        return str(refused)
