"""Finishes jobs by the poller's own handler, as Lambda would call it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.finishing.worker import Finish
from darkroom.net.tls import ssl_context
from poller.app import lambda_handler

_EVENT = Path(__file__).parents[3] / "events" / "poller.json"


class Context:
    aws_request_id = "00000000-0000-0000-0000-000000000000"
    function_name = "poller"
    memory_limit_in_mb = 1024

    def get_remaining_time_in_millis(self) -> int:
        return 100_000


def finisher(base_url: str, certificate: str) -> Finish:
    ssl_context().load_verify_locations(certificate)  # the process's one context trusts the stand-ins too
    [template] = json.loads(_EVENT.read_text())["Records"]

    def record(name: str) -> dict[str, Any]:
        body = {"tenant": "acme", "job": f"job_{name}", "tries": 0, "chain": None}
        return {**template, "messageId": name, "body": json.dumps(body)}

    def handle(names: Sequence[str]) -> None:
        answer = lambda_handler({"Records": [record(name) for name in names]}, Context())
        assert answer == {"batchItemFailures": []}, answer

    def finish(names: Sequence[str], at_once: bool) -> None:
        if at_once:
            handle(names)
            return
        for name in names:
            handle([name])

    return finish
