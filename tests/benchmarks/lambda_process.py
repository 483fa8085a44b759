"""Runs handlers as Lambda does, each in a fresh process: ours on the built layer, a bare one on boto3.

The bare ones have boto3 as pip installs it, with bytecode, as Lambda's own runtime has it. AWS and upstream
are a stub on loopback, over plain HTTP: no TLS, and no waiting, on either side.
"""

import json
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from benchmarks.aws_stub import aws_stub
from darkroom.aws.job_items import request_item, state_item
from darkroom.jobs.job import Job, Terms
from darkroom.jobs.request import ImageRequest
from local.environments import python
from local.function_settings import DEFAULTS
from local.home import ROOT

LAYER = ROOT / ".aws-sam" / "local" / "SharedLayer" / "python"
"""As bringing a local stack up builds it."""
_HERE = Path(__file__).parent
_EVENTS = {
    "submit": "submit-create-job",
    "accounts": "accounts-list-sub-accounts",
    "query": "query-get-job",
    "poller": "poller",
}
_EXPECTED = {"submit": 202, "accounts": 200, "query": 200, "client_only": 200, "same_writes": 202}
"""The poller's is that no record failed."""
_PRICE_MICROUSD = 27_000


@dataclass(frozen=True, slots=True)
class Life:
    """Milliseconds; `warm_cpu` of CPU, for a call."""

    init: float
    first_call: float
    warm_cpu: float | None
    loaded: frozenset[str]
    """Packages of an environment; a built layer's are in none."""

    @property
    def cold(self) -> float:
        return self.init + self.first_call


class LambdaProcess:
    def __init__(self, layer: Path, functions: Path, events: Path, stub_url: str, interpreter: str) -> None:
        self._layer = layer
        self._functions = functions
        self._events = events
        self._environment = _environment(stub_url)
        self._python = str(python(interpreter))

    def function(self, name: str, warm_calls: int = 0) -> Life:
        """Raises AssertionError where the answer is not the one that is expected."""
        path = {"PYTHONPATH": f"{self._layer}:{self._functions}", "PYTHONDONTWRITEBYTECODE": "1"}
        return self._life(f"{name}.app", name, path, warm_calls)

    def bare(self, name: str, warm_calls: int = 0) -> Life:
        packages = python("dev").parents[1] / Path(sysconfig.get_path("purelib")).relative_to(
            Path(sysconfig.get_path("data"))
        )
        return self._life(name, "submit", {"PYTHONPATH": f"{_HERE / 'bare'}:{packages}"}, warm_calls)

    def _life(self, module: str, event: str, path: dict[str, str], warm_calls: int) -> Life:
        arguments = [module, str(self._events / f"{event}.json"), str(warm_calls)]
        done = subprocess.run(
            [self._python, str(_HERE / "invoked.py"), *arguments],
            env={**self._environment, **path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        measured = json.loads(done.stdout.splitlines()[-1])
        _check(module.removesuffix(".app"), measured["answer"], done.stdout)
        return Life(
            measured["init_ms"], measured["call_ms"], measured["warm_cpu_ms"], frozenset(measured["loaded"])
        )


@contextmanager
def lambda_processes(layer: Path = LAYER, interpreter: str = "lambda") -> Iterator[LambdaProcess]:
    """The functions' own modules have no bytecode on Lambda, and have none here."""
    assert layer.exists(), f"no layer at {layer}: make up builds it"
    with TemporaryDirectory() as folder, aws_stub(_items()) as url:
        functions, events = Path(folder, "functions"), Path(folder, "events")
        shutil.copytree(ROOT / "functions", functions, ignore=shutil.ignore_patterns("__pycache__"))
        events.mkdir()
        for name in _EVENTS:
            (events / f"{name}.json").write_text(json.dumps(_event(name)))
        yield LambdaProcess(layer, functions, events, url, interpreter)


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{_EVENTS[name]}.json").read_text())
    if name == "query":
        event["queryStringParameters"] = None  # it waits for the job's end
    return event


def _check(name: str, answer: dict[str, Any], printed: str) -> None:
    if name in _EXPECTED:
        assert answer["statusCode"] == _EXPECTED[name], printed
    else:
        assert answer == {"batchItemFailures": []}, printed
        assert '"outcome":"Created"' in printed, f"the poller started nothing: {printed}"


def _items() -> list[dict[str, Any]]:
    """Of the job that the events name."""
    request = ImageRequest(
        model="bytedance/dreamina-v3.1/text-to-image",
        prompt="a lighthouse at dusk",
        width=1328,
        height=1328,
        webhook_url="https://hooks.example.com/darkroom",
    )
    now = time.time()
    job = Job(
        id="job_01example0000000000000000",
        tenant="acme",
        request=request,
        created_at=now,
        updated_at=now,
        terms=Terms(_PRICE_MICROUSD),
        due_at=now + 120,
        revision="first",
    )
    return [request_item(job, 30), state_item(job, 30)]  # type: ignore[list-item]  # typed as DynamoDB's


def _environment(url: str) -> dict[str, str]:
    return {
        **DEFAULTS,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "JOBS_TABLE": "jobs",
        "ACCOUNTS_TABLE": "accounts",
        "JOBS_QUEUE_URL": f"{url}/123456789012/jobs-queue",
        "WEBHOOK_QUEUE_URL": f"{url}/123456789012/webhook-queue",
        "SLOW_WEBHOOK_QUEUE_URL": f"{url}/123456789012/slow-webhook-queue",
        "IMAGES_BUCKET": "images",
        "UPSTREAM_KEY_SECRET": "upstream-key",
        "SIGNING_KEY_SECRET": "signing-key",
        "TENANT_PARAMETERS": "/bench/tenants",
        "UPSTREAM_URL": f"{url}/api/v3",
        "PUBLIC_URL": "https://api.test",
        "LOCAL_TARGETS": urlsplit(url).netloc,
        "POWERTOOLS_SERVICE_NAME": "bench",
    }
