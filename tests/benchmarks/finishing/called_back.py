"""From upstream's callback to the webhook: the callback's handler, and the poller's on its message."""

import json
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.finishing import ours
from benchmarks.finishing.jobs import name_of
from benchmarks.finishing.stand_ins import CALLBACK_SECRET
from benchmarks.finishing.worker import Finish, each
from callback.app import lambda_handler
from darkroom import adapters
from darkroom.settings import settings
from darkroom.wavespeed.callback_token import CallbackTarget, callback_url
from local.simulator.signing import signed_headers

_EVENT = Path(__file__).parents[3] / "events" / "callback.json"


def finisher(base_url: str, certificate: str) -> Finish:
    polled = ours.finisher(base_url, certificate)
    template = json.loads(_EVENT.read_text())

    def called_back(name: str) -> None:
        answer = lambda_handler({**template, **_signed(name)}, ours.Context())
        assert answer["statusCode"] == 200, answer
        polled([name], False)

    return each(called_back)


def _signed(name: str) -> dict[str, Any]:
    body = json.dumps({"id": name, "status": "completed", "outputs": []}).encode()
    key = adapters.signing_key().value().encode()
    target = CallbackTarget("acme", f"job_{name}", _attempt_id())
    address = callback_url(settings().public_url, key, target)
    return {
        "queryStringParameters": dict(parse_qsl(urlsplit(address).query)),
        "headers": signed_headers(CALLBACK_SECRET, f"msg_{name}", int(time.time()), body),
        "body": body.decode(),
    }


@cache
def _attempt_id() -> str:
    """The stand-ins' jobs are one job under many names: it is read once."""
    job = adapters.jobs_table().get("acme", "job_" + name_of(2, 0))
    assert job is not None
    assert job.attempt is not None
    return job.attempt.id
