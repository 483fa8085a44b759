"""The slow lane of the deliveries: who keeps us waiting is waited for there, and holds up nobody else.

A delivery's own last attempt tells, or what this process has seen of its receiver. The last attempt of a
schedule goes there as well, for there a receiver has all of its time.
"""

from dataclasses import dataclass, field

from darkroom.jobs.job import Job
from darkroom.ports import Queue
from darkroom.webhooks.schedule import is_last_attempt
from darkroom.webhooks.slow_receivers import SLOW_SECONDS, SlowReceivers

QUICK_ATTEMPT_SECONDS = 3.0
"""Outside of the slow lane, the poller's first attempt included."""
SLOW_ATTEMPT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class SlowLane:
    queue: Queue
    receivers: SlowReceivers = field(default_factory=SlowReceivers)

    def is_for(self, job: Job, now: float) -> bool:
        url, delivery = job.request.webhook_url, job.delivery
        last_seconds = delivery.attempts[-1].duration_ms / 1000 if delivery.attempts else 0.0
        return (
            last_seconds >= SLOW_SECONDS
            or is_last_attempt(delivery.made)
            or (url is not None and self.receivers.is_slow(job.tenant, url, now))
        )
