"""Outputs that come slowly, never end, or come ten at once."""

import hashlib
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import cache

import pytest

from darkroom.net.client import GuardedClient
from darkroom.net.dialer import GuardedDialer
from darkroom.pictures.errors import OutputRefusedError, OutputRetryError
from darkroom.pictures.fetch import PictureFetcher
from hostile.loopback import Behaviour, answering, dripping, flooding, loopback
from unit.pictures.corpus import encoded, noise

SPOOL_BYTES = 256 * 1024


@cache
def six_megabytes() -> bytes:
    return encoded(noise("RGB", width=1500, height=1334), "PNG", compress_level=0)


@contextmanager
def fetching(behave: Behaviour) -> Iterator[tuple[PictureFetcher, str]]:
    with loopback(behave) as server:
        targets = frozenset({server.target})
        with closing(GuardedClient(GuardedDialer(local_targets=targets))) as client:
            fetcher = PictureFetcher(
                client, output_hosts=frozenset(), local_targets=targets, spool_bytes=SPOOL_BYTES
            )
            yield fetcher, f"http://{server.target}/1.png"


def test_ten_pictures_at_once_stay_out_of_memory() -> None:
    picture = six_megabytes()
    digest = hashlib.sha256(picture).digest()
    behave = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(picture), picture)
    with fetching(behave) as (fetcher, url), ThreadPoolExecutor(10) as threads:

        def fetch(_: int) -> bytes:
            with fetcher.fetch(url, deadline_seconds=20.0) as spooled:
                assert spooled.size_bytes == len(picture)
                return spooled.sha256

        fetch(0)  # what is imported and opened once is not what is measured
        tracemalloc.start()
        try:
            assert set(threads.map(fetch, range(20))) == {digest}
            kept_bytes, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak_bytes < 10 * (2 * SPOOL_BYTES + 500_000)
    assert kept_bytes < 1_000_000


def test_dripping_picture_ends_at_the_deadline_and_is_tried_again() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 6000000\r\n\r\n" + six_megabytes()[:10_000]
    with fetching(dripping(head, b"x")) as (fetcher, url):
        started = time.monotonic()
        with pytest.raises(OutputRetryError, match="deadline"):
            fetcher.fetch(url, deadline_seconds=0.3)
        assert 0.3 <= time.monotonic() - started < 1.3


def test_endless_body_is_refused_at_the_first_bytes_that_are_no_picture() -> None:
    sent: list[int] = []
    behave = flooding(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, sent)
    with fetching(behave) as (fetcher, url), pytest.raises(OutputRefusedError, match="not_a_picture"):
        fetcher.fetch(url, deadline_seconds=5.0)
    assert sum(sent) < 12_000_000
