"""JobsQueue: advance the jobs that a batch names, all at the same time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from darkroom import adapters, wiring
from darkroom.batch import BatchWorker
from darkroom.ports import JobMessage
from darkroom.usecases.advance import advance

_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="job")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    poller = replace(wiring.poller(), time_left=lambda: context.get_remaining_time_in_millis() / 1000)

    def handle(message: JobMessage) -> None:
        advance(poller, message)

    return BatchWorker(handle, adapters.retry_after, _THREADS).work(event["Records"])
