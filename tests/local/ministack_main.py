"""Starts MiniStack (1.5.33) with the three things that it lacks for us. Runs in MiniStack's own environment.

The Lambdas get an interpreter of their own, so that nothing installed here can be imported there; an API
whose routes change keeps its id, as on AWS; and a layer is unpacked once, not for each Lambda process.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import types
import zipfile
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


class LayerOnce(zipfile.ZipFile):
    """A layer's archive, `layer_N.zip`, is unpacked to a place of its own, and linked from there."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        archive, target = Path(str(self.filename)), Path(str(path))
        if not archive.name.startswith("layer_"):
            super().extractall(path, members, pwd)
            return
        shared = Path(tempfile.gettempdir()) / "layers" / hashlib.sha256(archive.read_bytes()).hexdigest()
        if not shared.exists():
            shared.parent.mkdir(exist_ok=True)
            unpacked = tempfile.mkdtemp(dir=shared.parent)
            super().extractall(unpacked)
            try:
                Path(unpacked).rename(shared)
            except OSError:
                shutil.rmtree(unpacked)
                if not shared.exists():  # else another worker was first
                    raise
        for entry in shared.iterdir():
            (target / entry.name).symlink_to(entry)
        archive.unlink()


def unpack_layers_once() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.zipfile = types.SimpleNamespace(
        ZipFile=LayerOnce, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
    )


if __name__ == "__main__":
    sys.executable = os.environ["LAMBDA_PYTHON"]  # its worker processes are started with it
    sys.argv = ["ministack"]
    from ministack.app import main

    keep_api_id()
    unpack_layers_once()
    sys.exit(main())
