"""AWS and upstream as a process of their own on loopback, over plain HTTP, that answers at once.

Reads are answered from the items that it was given; every write succeeds and changes nothing. So a caller's
own time is all that there is to measure.
"""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.environments import python
from local.home import ROOT

Item = dict[str, Any]
SECRET = "a-secret-of-the-benchmarks-that-is-none"
_CREATED = {"code": 200, "message": "success", "data": {"id": "pred-1", "status": "created", "outputs": []}}


class Answers:
    """By what a request is: AWS's JSON protocols name the operation in a header, the rest is upstream's."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items

    def body(self, target: str, request: bytes) -> bytes:
        operation = target.rpartition(".")[2]
        if not operation:
            return json.dumps(_CREATED).encode()
        return json.dumps(self._answer(operation, json.loads(request))).encode()

    def _answer(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        match operation:
            case "GetItem":
                found = self._found(request["Key"])
                return {"Item": found[0]} if found else {}
            case "Query":
                wanted = request.get("ExpressionAttributeValues", {}).get(":pk")
                found = self._found({"pk": wanted}) if wanted else []
                return {"Items": found, "Count": len(found)}
            case "BatchGetItem":
                [(table, wanted)] = request["RequestItems"].items()
                return {"Responses": {table: [i for key in wanted["Keys"] for i in self._found(key)]}}
            case "SendMessage":
                return {"MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": ""}
            case "GetSecretValue":
                return {"Name": request["SecretId"], "SecretString": SECRET}
            case "GetParameter":
                return {"Parameter": {"Name": request["Name"], "Value": SECRET}}
        return {}

    def _found(self, key: Item) -> list[Item]:
        return [item for item in self._items if all(item.get(name) == key[name] for name in key)]


def serve(answers: Answers, listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_talk, args=(connection, answers), daemon=True).start()


def _talk(connection: socket.socket, answers: Answers) -> None:
    with connection, connection.makefile("rb") as received:
        while received.readline():
            headers = _headers(received)
            request = received.read(int(headers.get("content-length", 0)))
            body = answers.body(headers.get("x-amz-target", ""), request)
            head = (
                f"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {len(body)}"
            )
            connection.sendall(f"{head}\r\n\r\n".encode() + body)


def _headers(received: Any) -> dict[str, str]:
    lines = iter(lambda: received.readline().decode("latin-1").strip(), "")
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


@contextmanager
def aws_stub(items: list[Item]) -> Iterator[str]:
    """Its URL, while the block runs."""
    command = [str(python("dev")), "-m", "benchmarks.aws_stub"]
    environment = {"PYTHONPATH": str(ROOT / "tests")}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(items) + "\n")
        process.stdin.flush()
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        serve(Answers(json.loads(sys.stdin.readline())), listener)


if __name__ == "__main__":
    main()
