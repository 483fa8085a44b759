"""Rule 3 of "at most one charge", row by row: what each end of the paid POST means."""

import httpx
import pytest

from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.upstream import Ambiguous, Created, KeyRefused, NotCreated, Refused, SubmitOutcome
from unit.wavespeed.upstream_api import (
    INPUTS,
    MODEL,
    Answering,
    Breaking,
    answers,
    envelope,
    raises,
    upstream,
)

BEFORE_THE_REQUEST = {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"}


def submitted(answering: Answering) -> SubmitOutcome:
    return upstream(answering).submit(MODEL, INPUTS, None)


def transport_errors(
    kind: type[httpx.TransportError] = httpx.TransportError,
) -> list[type[httpx.TransportError]]:
    kinds = [kind]
    for derived in kind.__subclasses__():
        kinds += transport_errors(derived)
    return kinds


@pytest.mark.parametrize("kind", transport_errors())
def test_every_transport_error_is_ambiguous_unless_it_comes_before_the_request(
    kind: type[httpx.TransportError],
) -> None:
    outcome = submitted(raises(kind("refused or broken")))
    expected = NotCreated if kind.__name__ in BEFORE_THE_REQUEST else Ambiguous
    assert outcome == expected(kind.__name__)


def test_failed_tls_handshake_creates_nothing() -> None:
    outcome = submitted(raises(httpx.ConnectError("certificate verify failed")))
    assert outcome == NotCreated("ConnectError")


@pytest.mark.parametrize("error", [httpx.DecodingError("x"), httpx.TooManyRedirects("x")])
def test_any_other_error_of_the_request_is_ambiguous(error: httpx.HTTPError) -> None:
    assert isinstance(submitted(raises(error)), Ambiguous)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "Sun, 06 Nov 1994 08:50:37 GMT"}, 60.0),
        ({"Retry-After": "soon"}, None),
    ],
)
def test_429_creates_nothing_and_says_how_long_to_wait(
    headers: dict[str, str], seconds: float | None
) -> None:
    outcome = submitted(answers(429, {"message": "too many"}, headers))
    assert outcome == NotCreated("HTTP 429", seconds, throttled=True)


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
def test_refused_request_ends_the_job(status: int) -> None:
    outcome = submitted(answers(status, {"message": "size is wrong", "error_code": "BAD"}))
    assert isinstance(outcome, Refused)
    assert outcome.failure.code is ErrorCode.UPSTREAM_REJECTED
    assert not outcome.failure.retryable


@pytest.mark.parametrize("status", [401, 402])
def test_refused_key_lets_the_job_wait(status: int) -> None:
    assert submitted(answers(status, {"message": "no"})) == KeyRefused(f"HTTP {status}")


@pytest.mark.parametrize("status", [200, 400, 403, 422, 429])
@pytest.mark.parametrize(
    "body",
    [
        {"code": 1407, "message": "insufficient credits", "data": None},
        {"code": 200, "message": "", "data": {"code": 1407, "error": "insufficient credits"}},
        {"message": "insufficient credits", "error_code": 1407},
        {"message": "insufficient credits", "error_code": "1407"},
    ],
)
def test_missing_credits_let_the_job_wait_whatever_the_status(status: int, body: object) -> None:
    assert submitted(answers(status, body)) == KeyRefused(f"HTTP {status}, code 1407")


@pytest.mark.parametrize(
    "status",
    [300, 301, 302, 304, 307, 308, 405, 408, 409, 410, 418, 425, 451, 499, 500, 502, 503, 504, 520, 599],
)
def test_any_other_status_is_ambiguous(status: int) -> None:
    headers = {"Location": "https://elsewhere.example/"} if status < 400 else None
    assert submitted(answers(status, b"", headers)) == Ambiguous(f"HTTP {status}")


def test_error_with_an_id_stays_ambiguous() -> None:
    assert isinstance(submitted(answers(504, envelope({"id": "a1"}))), Ambiguous)


@pytest.mark.parametrize("code", [200, 0, 500, 1407, 5004, "odd", None])
@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_id_is_an_id_whatever_the_envelope_says(status: int, code: object) -> None:
    body = {"code": code, "message": "", "data": {"id": "a1b2-c3_d4", "code": code}}
    assert submitted(answers(status, body)) == Created("a1b2-c3_d4")


def test_timed_out_sync_answer_is_a_created_task() -> None:
    data = {"id": "a1", "status": "processing", "code": 5004, "error": "Sync mode timed out"}
    assert submitted(answers(200, envelope(data))) == Created("a1")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>ok</html>", id="no JSON"),
        pytest.param(b'{"code": 200, "data": {"id": "a1"', id="cut JSON"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[" * 100_000, id="deep JSON"),
        pytest.param(b'{"code": 1' + b"0" * 5000 + b"}", id="long number"),
        pytest.param([], id="a list"),
        pytest.param(None, id="null"),
        pytest.param(envelope(None), id="null data"),
        pytest.param(envelope([{"id": "a1"}]), id="list data"),
        pytest.param(envelope({}), id="no id"),
        pytest.param(envelope({"id": ""}), id="empty id"),
        pytest.param(envelope({"id": 17}), id="number as id"),
        pytest.param(envelope({"id": "../balance"}), id="id that is a path"),
        pytest.param(envelope({"id": "a1\n"}), id="id with a line end"),
        pytest.param(envelope({"id": "a" * 129}), id="endless id"),
        pytest.param({"id": "a1"}, id="id outside of the envelope"),
        pytest.param(envelope(None, code=400), id="undocumented code"),
        pytest.param(envelope(None, code=429), id="status in the envelope"),
        pytest.param(envelope({"code": 5000, "error": "internal"}), id="internal error"),
        pytest.param(envelope({"code": 5003}), id="unavailable"),
        pytest.param(envelope({"code": 1403}), id="execution failed"),
        pytest.param(envelope({"code": True, "error": 5}), id="odd types"),
    ],
)
def test_success_without_a_usable_id_is_ambiguous(body: object) -> None:
    outcome = submitted(answers(200, body))
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason.startswith("HTTP 200")
    assert outcome.reason.endswith("no usable id")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1200, ErrorCode.MODERATION_REFUSED),
        (1400, ErrorCode.UPSTREAM_REJECTED),
        (1401, ErrorCode.UPSTREAM_REJECTED),
        (1402, ErrorCode.UPSTREAM_REJECTED),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_documented_code_that_judges_the_request_is_final(
    status: int, code: int, expected: ErrorCode
) -> None:
    outcome = submitted(answers(status, envelope({"id": "", "code": code, "error": "not this"})))
    assert isinstance(outcome, Refused)
    assert outcome.failure.code is expected
    assert outcome.failure.message.endswith("It says: not this")


@pytest.mark.parametrize(
    "error", [httpx.ReadError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
)
def test_body_lost_on_the_way_is_ambiguous_only_after_a_success(error: httpx.HTTPError) -> None:
    def broken(status: int) -> SubmitOutcome:
        return submitted(lambda request: httpx.Response(status, stream=Breaking(error)))

    assert broken(200) == Ambiguous(f"HTTP 200, {type(error).__name__}, no usable id")
    assert isinstance(broken(400), Refused)
    assert isinstance(broken(401), KeyRefused)
    assert isinstance(broken(429), NotCreated)


def test_endless_body_is_cut_and_ambiguous() -> None:
    body = b'{"code": 200, "data": {"id": "a1"}, "more": "' + b"x" * 1024 * 1024 + b'"}'
    assert submitted(answers(200, body)) == Ambiguous("HTTP 200, body too large, no usable id")


def test_compressed_body_is_not_unpacked() -> None:
    outcome = submitted(answers(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}))
    assert outcome == Ambiguous("HTTP 200, encoded body, no usable id")


def test_text_about_our_account_does_not_reach_a_tenant() -> None:
    outcome = submitted(answers(403, {"message": "key of jane@example.com lacks the role"}))
    assert isinstance(outcome, Refused)
    assert "jane" not in outcome.failure.message


def test_upstream_text_is_one_short_line_without_addresses() -> None:
    text = "bad\r\nwebhook https://api.example/callbacks?code=fake \x00" + "x" * 1000
    outcome = submitted(answers(400, {"error": text}))
    assert isinstance(outcome, Refused)
    assert "It says: bad webhook (address) xxx" in outcome.failure.message
    assert len(outcome.failure.message) < 400
