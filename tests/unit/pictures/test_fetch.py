"""Which outputs are fetched, and what each answer means for the job; on scripted connections."""

import gzip
import hashlib

import pytest

from darkroom.pictures.errors import OutputError, OutputGoneError, OutputRefusedError, OutputRetryError
from darkroom.pictures.fetch import PictureFetcher
from unit.net.scripted import ScriptedBackend, answer, client_of
from unit.pictures.corpus import GOOD_NAMES, HEIGHT, WIDTH, content_type, good

URL = "https://cdn.wavespeed.ai/out/1.png"
PNG = good("png RGB")


def fetcher_of(backend: ScriptedBackend, max_bytes: int = 25_000_000) -> PictureFetcher:
    return PictureFetcher(
        client_of(backend),
        output_hosts=frozenset({"wavespeed.ai", ".CloudFront.net"}),
        local_targets=frozenset({"127.0.0.1:8300"}),
        max_bytes=max_bytes,
        spool_bytes=256,
    )


def error_of(*reads: bytes, max_bytes: int = 25_000_000) -> OutputError:
    with pytest.raises(OutputError) as failed:
        fetcher_of(ScriptedBackend(reads), max_bytes).fetch(URL)
    return failed.value


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_picture_arrives_whole_with_what_its_bytes_say(name: str) -> None:
    body = good(name)
    backend = ScriptedBackend([answer("200 OK\r\nContent-Type: text/html", body)])
    with fetcher_of(backend).fetch(URL, deadline_seconds=5.0) as picture:
        assert picture.file.read() == body
        assert (picture.width, picture.height) == (WIDTH, HEIGHT)
        assert picture.content_type == content_type(name)
        assert (picture.size_bytes, picture.sha256) == (len(body), hashlib.sha256(body).digest())
    assert picture.file.closed


def test_what_follows_the_end_marker_is_cut_off() -> None:
    backend = ScriptedBackend([answer("200 OK", PNG + b"<script>" * 1000)])
    with fetcher_of(backend).fetch(URL) as picture:
        assert picture.file.read() == PNG
        assert picture.sha256 == hashlib.sha256(PNG).digest()


def test_key_and_cookies_are_never_sent() -> None:
    backend = ScriptedBackend([answer("200 OK", PNG)])
    fetcher_of(backend).fetch(URL).file.close()
    names = {line.split(b":")[0] for line in backend.streams[0].written.split(b"\r\n")[1:] if line}
    assert names == {b"host", b"accept", b"accept-encoding", b"user-agent"}


@pytest.mark.parametrize(
    "url",
    [
        "https://wavespeed.ai/1.png",
        "https://a.b.wavespeed.ai/1.png",
        "https://d1q70pf5vjeyhc.cloudfront.net/1.png",
        "http://127.0.0.1:8300/1.png",
    ],
)
def test_outputs_come_from_the_listed_hosts(url: str) -> None:
    fetcher_of(ScriptedBackend([answer("200 OK", PNG)])).fetch(url).file.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://evilwavespeed.ai/1.png",
        "https://wavespeed.ai.evil.com/1.png",
        "https://wavespeed.evil.ai/1.png",
        "https://example.com/wavespeed.ai",
        "https://wavespeed.ai@example.com/1.png",
        "https://wavespeed.ai:8443/1.png",
        "http://wavespeed.ai/1.png",
        "http://127.0.0.1:8301/1.png",
        "https://10.0.0.1/1.png",
        "https://ai/1.png",
        "data:image/png;base64,AAAA",
        "s3://bucket/key",
        "",
    ],
)
def test_any_other_host_is_refused_before_anything_is_sent(url: str) -> None:
    backend = ScriptedBackend([answer("200 OK", PNG)])
    with pytest.raises(OutputRefusedError):
        fetcher_of(backend).fetch(url)
    assert not backend.dialed


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, OutputGoneError),
        (404, OutputGoneError),
        (410, OutputGoneError),
        (408, OutputRetryError),
        (429, OutputRetryError),
        (500, OutputRetryError),
        (503, OutputRetryError),
        (204, OutputRefusedError),
        (206, OutputRefusedError),
        (301, OutputRefusedError),
        (302, OutputRefusedError),
        (400, OutputRefusedError),
        (401, OutputRefusedError),
    ],
)
def test_status_decides_what_becomes_of_the_output(status: int, kind: type[OutputError]) -> None:
    assert type(error_of(answer(f"{status} So\r\nLocation: {URL}"))) is kind


@pytest.mark.parametrize(
    "reads",
    [
        [],
        [answer(f"200 OK\r\nContent-Length: {len(PNG)}", PNG[:-20])],
        [answer("200 OK", PNG[:-20])],
        [answer("200 OK\r\nTransfer-Encoding: chunked", b"%x\r\n%s\r\n" % (len(PNG), PNG))],
        [b"HTTP/1.0 200 OK\r\n\r\n" + PNG[:-1]],
        [b"garbage\r\n\r\n"],
    ],
)
def test_cut_off_answer_is_worth_another_try(reads: list[bytes]) -> None:
    assert type(error_of(*reads)) is OutputRetryError


def test_body_without_a_length_is_whole_when_it_has_its_end_marker() -> None:
    backend = ScriptedBackend([b"HTTP/1.0 200 OK\r\n\r\n", PNG[:100], PNG[100:]])
    with fetcher_of(backend).fetch(URL) as picture:
        assert picture.file.read() == PNG


@pytest.mark.parametrize(
    "reads",
    [
        [answer("200 OK", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>")],
        [answer("200 OK\r\nContent-Type: image/png", b"<!doctype html><html></html>")],
        [answer("200 OK", b"GIF89a" + bytes(100))],
        [answer("200 OK\r\nContent-Encoding: gzip", gzip.compress(PNG))],
        [answer("200 OK", gzip.compress(PNG))],
        [answer("200 OK", PNG[:40] + b"\0\0\0\0" + PNG[44:])],
    ],
)
def test_what_is_no_picture_is_refused(reads: list[bytes]) -> None:
    assert type(error_of(*reads)) is OutputRefusedError


def test_announced_size_above_the_limit_is_refused_unread() -> None:
    backend = ScriptedBackend([answer("200 OK\r\nContent-Length: 25000001", PNG)])
    with pytest.raises(OutputRefusedError, match="more than 25000000 bytes"):
        fetcher_of(backend).fetch(URL)
    assert backend.streams[0].closed


def test_size_above_the_limit_is_refused_without_announcement() -> None:
    assert type(error_of(b"HTTP/1.0 200 OK\r\n\r\n", PNG, max_bytes=len(PNG) - 1)) is OutputRefusedError
    assert type(error_of(b"HTTP/1.0 200 OK\r\n\r\n", PNG + b"x", max_bytes=len(PNG))) is OutputRefusedError


def test_bytes_outside_the_body_are_limited_too() -> None:
    early_hints = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50_000
    assert type(error_of(early_hints, max_bytes=1000)) is OutputRefusedError


def test_reason_holds_neither_path_nor_query() -> None:
    with pytest.raises(OutputRefusedError) as refused:
        fetcher_of(ScriptedBackend()).fetch("https://example.com/secret?token=secret")
    assert "secret" not in refused.value.reason
