"""WebhookQueue: deliver again what the poller could not deliver at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from darkroom import adapters, wiring
from darkroom.aws.queues import parse_message
from darkroom.batch import BatchWorker

_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="delivery")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    deliver = wiring.deliverer().deliver
    return BatchWorker(parse_message, deliver, adapters.retry_after, _THREADS).work(event["Records"])
