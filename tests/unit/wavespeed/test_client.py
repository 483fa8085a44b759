"""What the client asks of upstream, and what it makes of the answers to reads."""

import json
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkroom.jobs.upstream import (
    Ambiguous,
    Created,
    KeyRefused,
    NotCreated,
    Progress,
    UpstreamUnavailableError,
)
from darkroom.ports import ThrottledError, Upstream
from darkroom.wavespeed.client import WaveSpeed
from darkroom.wavespeed.transport import CLIENT_VERSION, client_over
from unit.wavespeed.upstream_api import (
    BASE_URL,
    INPUTS,
    KEY,
    MODEL,
    NOW,
    Recorder,
    answers,
    envelope,
    raises,
    upstream,
)

CREATED = envelope({"id": "a1", "status": "created"})
RUNNING = envelope({"id": "a1", "status": "processing"})
READS: tuple[Callable[[WaveSpeed], object], ...] = (
    lambda api: api.result("a1"),
    lambda api: api.recent(MODEL, NOW, NOW),
    lambda api: api.delete("a1"),
    lambda api: api.webhook_secret(),
    lambda api: api.balance_microusd(),
)


def test_client_is_the_upstream_port() -> None:
    port: Upstream = upstream(answers(200, CREATED))
    assert port.submit(MODEL, INPUTS, None) == Created("a1")


def test_submit_posts_the_inputs_and_the_callback_address() -> None:
    recorder = Recorder(CREATED)
    callback = "https://api.example/callbacks/wavespeed?tenant=t&job=j&code=a-b_c"
    upstream(recorder).submit(MODEL, INPUTS, callback)
    (request,) = recorder.requests
    assert request.method == "POST"
    assert str(request.url).startswith(f"{BASE_URL}/{MODEL}?webhook=https%3A")
    assert request.url.params["webhook"] == callback
    assert recorder.bodies == [INPUTS]


def test_submit_without_callbacks_has_no_query() -> None:
    recorder = Recorder(CREATED)
    upstream(recorder).submit(MODEL, INPUTS, None)
    assert str(recorder.requests[0].url) == f"{BASE_URL}/{MODEL}"


def test_every_request_says_who_asks_and_wants_plain_bytes() -> None:
    recorder = Recorder(RUNNING)
    upstream(recorder).result("a1")
    headers = recorder.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["x-client-name"] == "darkroom"
    assert headers["x-client-version"] == CLIENT_VERSION
    assert headers["x-client-os"]
    assert headers["accept-encoding"] == "identity"


def test_client_version_is_the_project_version() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["version"] == CLIENT_VERSION


def test_prompt_that_is_no_valid_text_is_sent_all_the_same() -> None:
    recorder = Recorder(CREATED)
    assert upstream(recorder).submit(MODEL, {"prompt": "\ud800 雪"}, None) == Created("a1")
    assert recorder.bodies == [{"prompt": "\ud800 雪"}]


def test_submit_is_made_once_whatever_the_outcome() -> None:
    for status in (302, 401, 429, 500, 503):
        recorder = Recorder({}, status=status)
        upstream(recorder).submit(MODEL, INPUTS, None)
        assert len(recorder.requests) == 1


def test_operations_of_a_submit_fit_into_its_total_time() -> None:
    recorder = Recorder(CREATED)
    upstream(recorder, submit_seconds=30.0).submit(MODEL, INPUTS, None)
    timeouts = recorder.requests[0].extensions["timeout"]
    assert sum(timeouts.values()) + timeouts["connect"] == 30.0  # TLS has the connect timeout a second time
    assert timeouts["read"] > 15.0


def test_answer_that_drips_past_the_total_time_is_ambiguous() -> None:
    ticks = iter((0.0, 10.0, 31.0, 32.0))

    def dripping(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=(bytes((byte,)) for byte in json.dumps(CREATED).encode()))

    outcome = upstream(dripping, submit_seconds=30.0, monotonic=lambda: next(ticks)).submit(
        MODEL, INPUTS, None
    )
    assert outcome == Ambiguous("HTTP 200, body too slow, no usable id")


@pytest.mark.parametrize("key", ["", " \n", "two words", "line\nbreak", "schlüssel"])
def test_unusable_key_is_never_sent(key: str) -> None:
    recorder = Recorder(CREATED)
    api = WaveSpeed(client_over(httpx.MockTransport(recorder)), BASE_URL, lambda: key)
    assert api.submit(MODEL, INPUTS, None) == KeyRefused("no usable upstream key")
    for read in READS:
        with pytest.raises(UpstreamUnavailableError, match="key"):
            read(api)
    assert recorder.requests == []


def test_key_is_read_for_each_request_and_not_before() -> None:
    keys = iter((" first\n", "second"))
    recorder = Recorder(RUNNING)
    api = WaveSpeed(client_over(httpx.MockTransport(recorder)), BASE_URL, lambda: next(keys))
    api.result("a1")
    api.result("a1")
    assert [r.headers["authorization"] for r in recorder.requests] == ["Bearer first", "Bearer second"]


def test_key_that_can_not_be_read_creates_nothing() -> None:
    def throttled() -> str:
        raise ThrottledError("secrets are throttled")

    api = WaveSpeed(client_over(httpx.MockTransport(answers(200, CREATED))), BASE_URL, throttled)
    assert api.submit(MODEL, INPUTS, None) == NotCreated("the upstream key could not be read")
    with pytest.raises(UpstreamUnavailableError):
        api.result("a1")


@pytest.mark.parametrize(("status", "renewals"), [(401, 2), (402, 0), (403, 0), (500, 0)])
def test_only_a_key_that_upstream_does_not_know_is_renewed(status: int, renewals: int) -> None:
    renewed: list[bool] = []

    def renew() -> None:
        renewed.append(True)
        raise ThrottledError("not now")

    api = upstream(answers(status), renew_key=renew)
    api.submit(MODEL, INPUTS, None)
    with pytest.raises(UpstreamUnavailableError):
        api.result("a1")
    assert len(renewed) == renewals


def test_address_that_is_none_creates_nothing() -> None:
    api = WaveSpeed(
        client_over(httpx.MockTransport(answers(200, CREATED))), "https://upstream.example:port", lambda: KEY
    )
    assert api.submit(MODEL, INPUTS, None) == NotCreated("InvalidURL")
    with pytest.raises(UpstreamUnavailableError, match="InvalidURL"):
        api.result("a1")


def test_result_is_read_by_id() -> None:
    recorder = Recorder(RUNNING)
    prediction = upstream(recorder).result("a1")
    assert prediction is not None
    assert prediction.progress is Progress.RUNNING
    assert str(recorder.requests[0].url) == f"{BASE_URL}/predictions/a1/result"


def test_unknown_prediction_is_none() -> None:
    assert upstream(answers(404, {"message": "not found"})).result("a1") is None


@pytest.mark.parametrize("prediction_id", ["", "..", "a/b", "a?b", "a" * 129])
def test_id_that_is_none_is_never_sent(prediction_id: str) -> None:
    recorder = Recorder(RUNNING)
    for read in (upstream(recorder).result, upstream(recorder).delete):
        with pytest.raises(UpstreamUnavailableError, match="not a prediction's id"):
            read(prediction_id)
    assert recorder.requests == []


def test_another_prediction_is_not_taken_for_the_one_asked_for() -> None:
    with pytest.raises(UpstreamUnavailableError, match="not the prediction asked for"):
        upstream(answers(200, RUNNING)).result("a2")


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [201, 204, 301, 400, 401, 402, 403, 429, 500, 503])
def test_read_without_a_good_answer_is_unavailable(read: Callable[[WaveSpeed], object], status: int) -> None:
    api = upstream(answers(status, CREATED, {"Retry-After": "9", "Location": "https://elsewhere.example"}))
    with pytest.raises(UpstreamUnavailableError) as unavailable:
        read(api)
    assert unavailable.value.retry_after_seconds == 9.0
    assert unavailable.value.reason == f"HTTP {status}"


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    "error", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
)
def test_read_without_an_answer_is_unavailable(read: Callable[[WaveSpeed], object], error: Exception) -> None:
    with pytest.raises(UpstreamUnavailableError, match=type(error).__name__):
        read(upstream(raises(error)))


_NAMES = st.sampled_from(["data", "id", "items", "code", "status", "x"])
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner),
)
_BODIES = st.binary() | _DOCUMENTS.map(lambda value: json.dumps(value).encode())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(READS), st.integers(200, 599), _BODIES)
def test_no_body_raises_anything_undefined(
    read: Callable[[WaveSpeed], object], status: int, body: bytes
) -> None:
    api = upstream(answers(status, body))
    assert api.submit(MODEL, INPUTS, None) is not None
    with suppress(UpstreamUnavailableError):
        read(api)


@pytest.mark.parametrize("status", [200, 404])
def test_deleted_or_gone_is_deleted(status: int) -> None:
    recorder = Recorder(envelope({"id": "a1", "status": "deleted"}), status=status)
    upstream(recorder).delete("a1")
    assert (recorder.requests[0].method, recorder.requests[0].url.path) == (
        "DELETE",
        "/api/v3/predictions/a1",
    )


def test_webhook_secret_is_read() -> None:
    assert upstream(answers(200, envelope({"secret": "whsec_fake "}))).webhook_secret() == "whsec_fake"


@pytest.mark.parametrize("secret", [None, "", " ", 5, ["whsec_fake"]])
def test_webhook_secret_of_another_shape_is_none(secret: object) -> None:
    with pytest.raises(UpstreamUnavailableError):
        upstream(answers(200, envelope({"secret": secret, "x": 1}))).webhook_secret()


@pytest.mark.parametrize(
    ("status", "known"), [(200, True), (401, False), (403, None), (402, None), (429, None), (500, None)]
)
def test_a_key_is_known_unless_upstream_says_401(status: int, known: bool | None) -> None:
    recorder = Recorder(envelope({"balance": 1.5}), status=status)
    assert upstream(recorder).knows_key() is known
    (request,) = recorder.requests
    assert (request.method, str(request.url)) == ("GET", f"{BASE_URL}/balance")


def test_of_a_key_that_can_not_be_asked_about_nothing_is_said() -> None:
    assert upstream(raises(httpx.ConnectError("down"))).knows_key() is None
