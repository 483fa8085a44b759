"""WebhookQueue and SlowWebhookQueue: deliver again what the poller could not deliver at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from darkroom import adapters, wiring
from darkroom.aws.queues import parse_message
from darkroom.batch import BatchWorker
from darkroom.settings import settings

_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="delivery")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    records = event["Records"]  # of one queue all
    slow = adapters.came_from(records[0], settings().slow_webhook_queue_url)
    deliver = partial(wiring.deliverer().deliver, in_slow_lane=slow)
    return BatchWorker(parse_message, deliver, adapters.retry_after, _THREADS).work(records)
