"""AWS, upstream, its picture host and a webhook's receiver on 127.0.0.1 over TLS, as light as can be.

A process of its own, so that its CPU is not counted: `python -m benchmarks.finishing.stand_ins CA_FILE`
writes its authority's certificate there and prints its own URL. It keeps nothing but the permits: a job is
always the one that upstream has just finished.
"""

import json
import socket
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from ssl import SSLContext
from threading import Thread
from typing import Any

from benchmarks.finishing.jobs import items_of, number_in, picture, result_of
from benchmarks.finishing.wire import Request, Wire
from hostile.certificates import Authority

HOST = "127.0.0.1"
CALLBACK_SECRET = "whsec_not-a-real-secret-0001"
"""What upstream signs its callbacks with."""
SPREAD = 0.3
"""Of a wait, up and down, from job to job."""


def wait_seconds(waits: Mapping[str, float], kind: str, number: int | None) -> float:
    """What the stand-in waits before it answers a request of that kind for that job."""
    wait = waits.get(kind, 0.0)
    return wait if number is None else wait * Random(f"{kind} {number}").uniform(1 - SPREAD, 1 + SPREAD)


class StandIns:
    def __init__(self, tls: SSLContext) -> None:
        self._tls = tls
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self._permits: dict[str, Any] = {}
        self._seen: Counter[str] = Counter()
        self.waits: dict[str, float] = {}
        self.base_url = f"https://{HOST}:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, self._tls.wrap_socket(connection, server_side=True) as encrypted:
            wire = Wire(encrypted)
            while request := wire.request():
                kind, content = self._answer(request)
                self._seen[kind] += 1
                time.sleep(wait_seconds(self.waits, kind, number_in(request.path + request.text)))
                wire.answer(content)

    def _answer(self, request: Request) -> tuple[str, bytes]:
        if target := request.headers.get("x-amz-target"):
            service, _, operation = target.partition(".")
            kind = {"DynamoDB_20120810": "table", "AmazonSQS": "queue"}.get(service, "secret")
            return kind, json.dumps(self._aws(operation, json.loads(request.text))).encode()
        if request.path.startswith("/pictures/"):
            return "picture", picture(request.path)
        if request.path == "/api/v3/webhook/secret":
            return "secret", json.dumps({"code": 200, "data": {"secret": CALLBACK_SECRET}}).encode()
        if request.path.startswith("/api/v3/"):
            return "result", json.dumps(result_of(request.path, self.base_url)).encode()
        if request.path == "/waits":
            self.waits, self._seen = json.loads(request.text), Counter()
            return "control", b"{}"
        if request.path == "/seen":
            return "control", json.dumps(self._seen).encode()
        return ("put" if request.method == "PUT" else "webhook"), b""

    def _aws(self, operation: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        match operation:
            case "Query":
                items = items_of(values["ExpressionAttributeValues"][":pk"]["S"], self.base_url)
                return {"Items": items, "Count": len(items)}
            case "PutItem":
                if values["Item"]["pk"]["S"].startswith("UPSTREAM#"):
                    self._permits = {"Item": values["Item"]}
                return {}
            case "GetItem":
                return self._permits if values["Key"]["pk"]["S"].startswith("UPSTREAM#") else {}
            case "UpdateItem":  # adds to counts that were nought before
                added = values["ExpressionAttributeValues"]
                return {"Attributes": {name.removeprefix(":"): count for name, count in added.items()}}
            case "GetSecretValue":
                return {"SecretString": "a-key-that-only-the-stand-in-knows-0123456789"}
            case "GetParameter":
                secrets = {"secrets": [{"secret": "whsec_" + "QUJD" * 11, "expires_at": None}]}
                return {"Parameter": {"Value": json.dumps(secrets), "Version": 1}}
            case "SendMessage":
                return {"MessageId": "m-1"}
        return {}


def main(certificate: Path) -> None:
    authority = Authority()
    certificate.write_bytes(authority.pem)
    stand_ins = StandIns(authority.server_context(HOST))
    print(stand_ins.base_url, flush=True)
    stand_ins.serve()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
