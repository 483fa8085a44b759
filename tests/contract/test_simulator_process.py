"""Simulator and receiver as processes: the ready line, the ready file, a quiet log, a graceful end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from local.receiver.behaviour import Rule
from local.receiver.client import ReceiverClient
from local.simulator.caller import Caller
from local.simulator.control import SimulatorControl

TESTS = Path(__file__).resolve().parents[1]
KEY, SECRET = "wsk-not-a-real-key-0009", "whsec_bm90LWEtcmVhbC1zZWNyZXQtMDAwOQ=="


@contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    word, url = process.stdout.readline().split()
    assert word == "ready"
    return url


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=10)
    return process.returncode, rest, errors


def test_simulator_process_serves_and_ends_quietly_with_work_under_way(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready"
    options = ["--key", KEY, "--webhook-secret", SECRET, "--inference-seconds", "6", "--speed", "0.01"]
    with _process(
        "local.simulator", *options, "--tier", "bronze", "--ready-file", str(ready_file)
    ) as process:
        url = _url(process)
        assert ready_file.read_text() == url
        with Caller(url, KEY) as caller, SimulatorControl(url) as control:
            data = caller.ended(caller.accepted())
            assert 60 <= data["timings"]["inference"] < 6000
            assert control.settings()["tier"] == "bronze"
            secret = caller.http.get("/api/v3/webhook/secret").json()["data"]["secret"]
            control.arm("never_finish")
            caller.accepted()
        assert secret == SECRET
        assert _ended(process) == (0, "", "")


def test_receiver_process_serves_and_ends_quietly_with_a_request_hanging(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready"
    options = ["--secret", f"acme={SECRET}", "--also-v3", SECRET, "--ready-file", str(ready_file)]
    with _process("local.receiver", *options) as process:
        url = _url(process)
        assert ready_file.read_text() == url
        with ReceiverClient(url) as receiver:
            httpx.post(f"{url}/hook", content=b"{}")
            (received,) = receiver.received()
            assert received.reason == "acme: Missing required headers; 1 (v3): Missing required headers"
            receiver.behave(Rule(hang=True))
            with socket.create_connection(("127.0.0.1", urlsplit(url).port)) as waiting:
                waiting.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                receiver.wait_for(2)
                assert _ended(process) == (0, "", "")


@pytest.mark.parametrize("module", ["local.simulator", "local.receiver"])
def test_process_listens_on_the_loopback_address_only(module: str) -> None:
    with _process(module) as process:
        assert _url(process).startswith("http://127.0.0.1:")
        assert _ended(process)[0] == 0
