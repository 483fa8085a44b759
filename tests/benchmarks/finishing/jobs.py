"""Jobs that upstream has just finished, made by their names: `bench-2-7` is the 7th, its picture of 2 MB."""

import io
import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from PIL import Image

from darkroom.aws.job_items import request_item, state_item
from darkroom.jobs.job import Job, JobStatus
from memory.clock import FakeClock
from memory.world import World

_NAME = re.compile(r"bench-(\d+)-(\d+)")
_RETENTION_DAYS = 30


def name_of(megabytes: int, number: int) -> str:
    return f"bench-{megabytes}-{number}"


def number_in(text: str) -> int | None:
    """Of the job that a request names anywhere in it."""
    found = _NAME.search(text)
    return None if found is None else int(found[2])


def items_of(partition_key: str, base_url: str) -> Sequence[Mapping[str, Any]]:
    """What the jobs table holds of `{tenant}#job_{name}`."""
    tenant, _, job_id = partition_key.partition("#")
    running, name = _running(), job_id.removeprefix("job_")
    request = replace(running.request, webhook_url=f"{base_url}/hook/{name}")
    job = replace(running, id=job_id, tenant=tenant, prediction_id=name, request=request)
    return [request_item(job, _RETENTION_DAYS), state_item(job, _RETENTION_DAYS)]


def result_of(path: str, base_url: str) -> Mapping[str, Any]:
    """Upstream's answer to `GET …/predictions/{name}/result`."""
    name = path.split("/")[-2]
    data = {
        "id": name,
        "model": _running().request.model,
        "status": "completed",
        "outputs": [f"{base_url}/pictures/{name}.jpg"],
        "has_nsfw_contents": [False],
        "timings": {"inference": 6123},
        "created_at": "2026-01-01T00:00:00.000Z",
    }
    return {"code": 200, "message": "success", "data": data}


def picture(path: str) -> bytes:
    found = _NAME.search(path)
    assert found is not None
    return jpeg(int(found[1]))


@cache
def jpeg(megabytes: int) -> bytes:
    """Noise, which doesn't compress: of that many bytes, within a few percent."""
    side = 256
    side = int(side * (megabytes * 1_000_000 / len(_noise(side))) ** 0.5)
    return _noise(side)


def _noise(side: int) -> bytes:
    buffer = io.BytesIO()
    noise = random.Random(side).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), noise).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@cache
def _running() -> Job:
    """Accepted and submitted by the real use cases, upstream's end not yet seen."""
    world = World(clock=FakeClock(time.time()))
    job = world.accept()
    world.work()
    started = world.job(job)
    assert started.status is JobStatus.PROCESSING
    return started
