"""The stand-ins and the measured processes, up while a block runs."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import httpx

from functional.aws import Stack
from local.home import ROOT
from local.progress import end_of

VARIANTS = {"ours": "Darkroom", "naive": "a first version", "floor": "download, hash, PUT alone"}

_Process: TypeAlias = "subprocess.Popen[str]"


class Worker:
    """A measured process; `finish` returns what a batch took."""

    def __init__(self, process: _Process, log: Path) -> None:
        self._process = process
        self._log = log

    def finish(self, names: Sequence[str], *, at_once: bool = True) -> Mapping[str, float]:
        assert self._process.stdin is not None
        print(json.dumps({"names": names, "at_once": at_once}), file=self._process.stdin, flush=True)
        answer = _line(self._process)
        if not answer:
            raise RuntimeError(end_of(self._log))
        taken: dict[str, float] = json.loads(answer)
        return taken


class Workers:
    def __init__(self, by_variant: Mapping[str, Worker], control: httpx.Client) -> None:
        self.by_variant = by_variant
        self._control = control

    def wait(self, waits: Mapping[str, float]) -> None:
        """What the stand-ins wait before they answer, by the kind of request; `seen` begins anew."""
        self._control.post("/waits", json=waits).raise_for_status()

    def seen(self) -> Mapping[str, int]:
        """How many requests the stand-ins have had, by their kind."""
        seen: dict[str, int] = self._control.get("/seen").raise_for_status().json()
        return seen


@contextmanager
def workers(variants: Iterable[str] = VARIANTS) -> Iterator[Workers]:
    """`variants`: the modules here that have a `finisher`."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        certificate = folder / "authority.pem"
        stand_ins = _started(stack, _environment(), "benchmarks.finishing.stand_ins", str(certificate))
        base_url = _line(stand_ins).strip()
        environment = _environment() | _settings(base_url) | {"AWS_CA_BUNDLE": str(certificate)}

        def worker(variant: str) -> Worker:
            log = folder / f"{variant}.log"
            arguments = (variant, str(log), base_url, str(certificate))
            return Worker(_started(stack, environment, "benchmarks.finishing.worker", *arguments), log)

        by_variant = {variant: worker(variant) for variant in variants}
        context = ssl.create_default_context(cafile=str(certificate))
        control = httpx.Client(base_url=base_url, verify=context, trust_env=False)
        yield Workers(by_variant, stack.enter_context(control))


def _started(stack: ExitStack, environment: Mapping[str, str], *arguments: str) -> _Process:
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    stack.enter_context(process)
    stack.callback(process.kill)
    return process


def _line(process: _Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _environment() -> dict[str, str]:
    folders = (ROOT / "layers" / "shared", ROOT / "functions", ROOT / "tests")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(str(folder) for folder in folders)}


def _settings(base_url: str) -> dict[str, str]:
    names = Stack(
        jobs_table="jobs",
        accounts_table="accounts",
        jobs_queue_url=f"{base_url}/jobs-queue",
        webhook_queue_url=f"{base_url}/webhook-queue",
        slow_webhook_queue_url=f"{base_url}/slow-webhook-queue",
        images_bucket="images",
        upstream_key_secret="upstream-key",
        signing_key_secret="signing-key",
    )
    return names.environment() | {
        "AWS_ENDPOINT_URL": base_url,
        "LOCAL_TARGETS": base_url.removeprefix("https://"),
        "UPSTREAM_URL": f"{base_url}/api/v3",
        "PUBLIC_URL": "https://api.test",
    }
