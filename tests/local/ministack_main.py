"""Starts MiniStack (1.5.33) with the six things that it lacks for us. Runs in MiniStack's own environment.

The Lambdas get an interpreter of their own, so that nothing installed here can be imported there; an API
whose routes change keeps its id, as on AWS; media types are spelled as CloudFormation has them; a layer is
unpacked once, not for each Lambda process; a burst starts a few processes at a time; and IAM sees the keys
that a write to DynamoDB names.
"""

import contextlib
import hashlib
import os
import sys
import tempfile
import threading
import time
import types
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any


def keep_api_id() -> None:
    """CloudFormation puts a changed body into the API that is there; MiniStack would make another API."""
    from ministack.services import apigateway_v1 as gateway
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
    change = handlers["update"]
    kept = (
        gateway._stages_v1,
        gateway._deployments_v1,
        gateway._gateway_responses,
        gateway._deployed_gateway_responses,
    )

    def update(api_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str) -> Any:
        if old.get("Body") == new.get("Body"):
            return change(api_id, old, new, stack, logical_id)
        values = [store.get(api_id) for store in kept]
        handlers["delete"](api_id, old)
        made = handlers["create"](logical_id, new, stack)
        for store, value in zip(kept, values, strict=True):
            if value is not None:
                store[api_id] = value
        return made

    handlers["update"] = update


def read_media_types() -> None:
    """CloudFormation writes a slash in BinaryMediaTypes as ~1; MiniStack would look for it literally."""
    from ministack.services import apigateway_v1 as gateway

    matches = gateway._media_type_matches

    def matches_escaped(media_type: str | None, binary_media_types: list[str] | None) -> Any:
        return matches(media_type, [each.replace("~1", "/") for each in binary_media_types or []])

    gateway._media_type_matches = matches_escaped


class LayerOnce(zipfile.ZipFile):
    """A layer's archive, `layer_N.zip`, is unpacked to a place of its own, and linked from there."""

    one_at_a_time = threading.Lock()  # the processes of a burst start together

    @property
    def _is_layer(self) -> bool:
        return Path(str(self.filename)).name.startswith("layer_")

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        if not self._is_layer:
            super().extractall(path, members, pwd)
            return
        archive = Path(str(self.filename))
        shared = Path(tempfile.gettempdir()) / "layers" / hashlib.sha256(archive.read_bytes()).hexdigest()
        with self.one_at_a_time:
            if not shared.exists():
                super().extractall(shared, super().namelist())
        for entry in shared.iterdir():
            (Path(str(path)) / entry.name).symlink_to(entry)
        archive.unlink()

    def namelist(self) -> list[str]:
        """MiniStack checks each name of a layer for an escape, 0.1 s a process; `extractall` lets none."""
        return [] if self._is_layer else super().namelist()


def unpack_layers_once() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.zipfile = types.SimpleNamespace(
        ZipFile=LayerOnce, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
    )


class Turns:
    """One function's calls, each waiting for a process that is free or for its turn to start one.

    AWS meets a burst with a thousand machines. Here every start takes a core for 0.3 s: a hundred at once
    would all end in time-outs, where a few processes serve the hundred calls.
    """

    at_once = os.cpu_count() or 1

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._starting = 0

    def take(self, idle: Callable[[], Any], start: Callable[[], Any]) -> Any:
        with self._changed:
            while not (found := idle()) and self._starting >= self.at_once:
                self._changed.wait()
            if found:
                return found
            self._starting += 1
        try:
            return start()
        finally:
            with self._changed:
                self._starting -= 1
                self._changed.notify()

    def give_back(self, release: Callable[[], None]) -> None:
        with self._changed:
            release()
            self._changed.notify()


def take_turns() -> None:
    from ministack.core import lambda_runtime as runtime
    from ministack.services import lambda_svc

    turns: defaultdict[str, Turns] = defaultdict(Turns)

    def acquire(
        name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST"
    ) -> tuple[Any, str]:
        def idle() -> Any:
            with runtime._lock:
                pool = runtime._workers.get(runtime._worker_key(name, config, qualifier), [])
                worker = next((worker for worker in pool if not worker.in_use), None)
                if worker:
                    worker.in_use, worker.last_used = True, time.time()
                return worker

        def start() -> Any:
            worker, _ = runtime.acquire_worker(name, config, code, qualifier)
            with contextlib.suppress(Exception):  # the call itself meets it again and reports it
                runtime.ensure_spawned(worker)
            return worker

        return turns[name].take(idle, start), "turn"

    def release(worker: Any) -> None:
        """None: the call failed, and its function's processes were ended."""
        for each in [turns[worker.func_name]] if worker else turns.values():
            each.give_back(lambda: runtime.release_worker(worker))

    lambda_svc.acquire_worker, lambda_svc.release_worker = acquire, release


if __name__ == "__main__":
    sys.executable = os.environ["LAMBDA_PYTHON"]  # its worker processes are started with it
    sys.argv = ["ministack"]
    sys.path.append(str(Path(__file__).parents[1]))  # -I leaves it out
    from ministack.app import main

    from local.leading_keys import enforce_leading_keys

    keep_api_id()
    read_media_types()
    unpack_layers_once()
    take_turns()
    enforce_leading_keys()
    sys.exit(main())
