"""Downloads that go wrong; each fault strikes one download, the next one is sound."""

import io
import time
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.caller import Caller
from local.simulator.control import SimulatorControl
from local.simulator.download_faults import SPOILS
from local.simulator.fault_kinds import KINDS
from local.simulator.garbage import NOT_PICTURES
from local.simulator.settings import Settings


@pytest.fixture
def simulator() -> Iterator[SimulatorControl]:
    with simulator_in_thread(settings=Settings(inference_seconds=0.05, picture_style="plain")) as control:
        yield control


@pytest.fixture
def caller(simulator: SimulatorControl) -> Iterator[Caller]:
    with Caller(simulator.url, TEST_CREDENTIALS.key) as caller:
        yield caller


@pytest.fixture
def output(caller: Caller) -> str:
    return str(caller.ended(caller.accepted(seed=5))["outputs"][0])


@pytest.fixture
def picture(caller: Caller, output: str) -> bytes:
    return caller.http.get(output).content


def test_truncated_download_promises_all(caller: Caller, simulator: SimulatorControl, output: str) -> None:
    simulator.arm("truncated_download")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        caller.http.get(output)
    assert caller.http.get(output).status_code == 200


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_unsized_download_has_no_length(
    caller: Caller, simulator: SimulatorControl, output: str, picture: bytes, share: float
) -> None:
    simulator.arm("unsized_download", share=share)
    answer = caller.http.get(output)
    assert "content-length" not in answer.headers
    assert answer.content == picture[: int(len(picture) * share)]


def test_slow_download_drips(
    caller: Caller, simulator: SimulatorControl, output: str, picture: bytes
) -> None:
    simulator.arm("slow_download", seconds=0.4)
    started = time.monotonic()
    assert caller.http.get(output).content == picture
    assert time.monotonic() - started >= 0.35


def test_wrong_content_type_on_a_sound_picture(
    caller: Caller, simulator: SimulatorControl, output: str, picture: bytes
) -> None:
    simulator.arm("wrong_content_type", content_type="text/html")
    answer = caller.http.get(output)
    assert (answer.headers["content-type"], answer.content) == ("text/html", picture)


def test_corrupt_picture_has_the_right_length(
    caller: Caller, simulator: SimulatorControl, output: str, picture: bytes
) -> None:
    simulator.arm("corrupt_picture")
    corrupt = caller.http.get(output).content
    assert len(corrupt) == len(picture)
    assert corrupt != picture


@pytest.mark.parametrize("body", list(NOT_PICTURES))
def test_something_else_in_place_of_the_picture(
    caller: Caller, simulator: SimulatorControl, output: str, body: str
) -> None:
    simulator.arm("not_a_picture", body=body)
    answer = caller.http.get(output)
    assert (answer.status_code, answer.content) == (200, NOT_PICTURES[body][1])


def test_picture_too_large_in_bytes(caller: Caller, simulator: SimulatorControl, output: str) -> None:
    simulator.arm("oversized_picture", bytes=26_000_000)
    assert len(caller.http.get(output).content) == 26_000_000


def test_picture_too_large_in_pixels(caller: Caller, simulator: SimulatorControl, output: str) -> None:
    simulator.arm("oversized_picture", side=7200)
    content = caller.http.get(output).content
    assert Image.open(io.BytesIO(content)).size == (7200, 7200)
    assert len(content) < 100_000


def test_more_bytes_behind_the_end_marker(
    caller: Caller, simulator: SimulatorControl, output: str, picture: bytes
) -> None:
    simulator.arm("padded_picture", bytes=500)
    content = caller.http.get(output).content
    assert content.startswith(picture)
    assert len(content) == len(picture) + 500


def test_packed_download(caller: Caller, simulator: SimulatorControl, output: str, picture: bytes) -> None:
    simulator.arm("gzip_download")
    answer = caller.http.get(output)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == picture


def test_redirected_download(caller: Caller, simulator: SimulatorControl, output: str) -> None:
    simulator.arm("redirect_download", location="http://169.254.169.254/")
    answer = caller.http.get(output)
    assert (answer.status_code, answer.headers["location"]) == (302, "http://169.254.169.254/")


@pytest.mark.parametrize("status", [404, 410])
def test_output_that_is_gone(caller: Caller, simulator: SimulatorControl, output: str, status: int) -> None:
    simulator.arm("dead_output", status=status)
    assert caller.http.get(output).status_code == status


def test_every_output_fault_can_be_carried_out() -> None:
    assert {name for name, kind in KINDS.items() if kind.place == "output"} == set(SPOILS)
