"""The document as it is served: made when the layer is built, with the caller's own address in it."""

import hashlib
import json
from functools import cache
from pathlib import Path

BUILT = Path(__file__).with_name("openapi.json")


@cache
def text() -> str:
    """Without `servers`. What was not built is made now, for which pydantic has to be loaded."""
    if BUILT.is_file():
        return BUILT.read_text()
    from darkroom.openapi.document import document

    return json.dumps(document(), ensure_ascii=False, separators=(",", ":"))


def served(base_url: str) -> str:
    servers = json.dumps([{"url": base_url}])
    return f'{{"servers":{servers},{text()[1:]}'


def etag(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
