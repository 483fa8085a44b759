"""Darkroom's native API: a job with an Idempotency-Key, its verified webhook, then the download."""

import json
import threading
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from httpx import HTTPError
from standardwebhooks import Webhook, WebhookVerificationError

from benchmarks.side_by_side.generations import SIZE, Generation, Plan
from benchmarks.side_by_side.programs.program import (
    GenerationFailedError,
    Program,
    download,
    http_client,
    plan_given,
)

PATIENCE_SECONDS = 900.0
TERMINAL = ("completed", "failed", "cancelled")

Record = dict[str, Any]


class Inbox:
    """The jobs' ends by their ids; a webhook may come before the answer to its own submit."""

    def __init__(self) -> None:
        self._ends: dict[str, Future[Record]] = {}
        self._lock = threading.Lock()

    def end(self, job_id: str) -> Future[Record]:
        with self._lock:
            return self._ends.setdefault(job_id, Future())

    def arrived(self, record: Record) -> None:
        """The same webhook may come twice."""
        end = self.end(record["id"])
        with self._lock:
            if not end.done():
                end.set_result(record)


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def listening(plan: Plan, inbox: Inbox) -> Server:
    verifier = Webhook(plan.webhook_secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = 204
            try:
                verifier.verify(body, headers)
                inbox.arrived(json.loads(body)["data"])
            except WebhookVerificationError:
                status = 401
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = Server(("127.0.0.1", plan.webhook_port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    plan, inbox = plan_given(), Inbox()
    http = http_client(plan)
    listening(plan, inbox)

    def make(generation: Generation, failed: int) -> bytes:
        answer = http.post(
            f"{plan.base_url}/v1/jobs",
            json={
                "model": "dreamina-v3.1",
                "prompt": generation.prompt,
                "size": f"{SIZE}x{SIZE}",
                "seed": generation.seed,
                "webhook_url": f"http://127.0.0.1:{plan.webhook_port}/done",
            },
            headers={
                "authorization": f"Bearer {plan.api_key}",
                "idempotency-key": f"{plan.run}-{generation.number}-{failed}",
            },
        )
        record = answer.raise_for_status().json()
        if record["status"] not in TERMINAL:
            record = inbox.end(record["id"]).result(PATIENCE_SECONDS)
        if record["status"] != "completed":
            raise GenerationFailedError(record["error_code"])
        return download(http, record["outputs"][0]["url"])

    Program(plan, make, (HTTPError, TimeoutError)).run()


if __name__ == "__main__":
    main()
