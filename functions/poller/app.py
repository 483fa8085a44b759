"""JobsQueue: advance the jobs that a batch names, all at the same time; a tick lets in those that wait."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from darkroom import adapters, wiring
from darkroom.aws.queues import parse_work
from darkroom.batch import BatchWorker
from darkroom.ports import JobMessage, Tick
from darkroom.usecases.advance import work

_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="job")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    poller = replace(wiring.poller(), time_left=lambda: context.get_remaining_time_in_millis() / 1000)

    def handle(message: JobMessage | Tick) -> None:
        work(poller, message)

    return BatchWorker(parse_work, handle, adapters.retry_after, _THREADS).work(event["Records"])
