"""Jobs advanced in the process: the queues' messages brought to the handlers, upstream by the simulator."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from darkroom import adapters
from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job
from functional import jobs
from functional.aws import REGION, Stack, client
from local.receiver.app import receiver_in_thread
from local.receiver.client import ReceiverClient
from local.simulator.app import TEST_CREDENTIALS, simulator_in_thread
from local.simulator.control import SimulatorControl
from local.simulator.settings import Settings
from poller.app import lambda_handler as poll
from webhook.app import lambda_handler as deliver

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="


@dataclass
class Workers:
    """Messages go from the queues to the handlers as the event source mappings would bring them."""

    stack: Stack
    simulator: SimulatorControl
    receiver: ReceiverClient
    context: Any
    event: Any

    def job(self, **changes: Any) -> Job:
        return jobs.queued(webhook_url=f"{self.receiver.url}/hook", width=512, height=512, **changes)

    def now(self, job: Job) -> Job:
        current = adapters.jobs_table().get(job.tenant, job.id)
        assert current is not None
        return current

    def run(self, job: Job, seconds: float = 15) -> Job:
        """Work both queues, their delays left out, until the job and its delivery have ended."""
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            self.work()
            current = self.now(job)
            if current.status.terminal and current.delivery.status is not DeliveryStatus.PENDING:
                return current
            time.sleep(0.05)
        raise AssertionError(f"still {self.now(job).status} after {seconds} s")

    def work(self) -> None:
        for url, handler in (
            (self.stack.jobs_queue_url, poll),
            (self.stack.webhook_queue_url, deliver),
            (self.stack.slow_webhook_queue_url, deliver),
        ):
            # one at a time: two writers of one key at once are more than moto's S3 can take
            for record in self._receive(url):
                assert handler({"Records": [record]}, self.context) == {"batchItemFailures": []}

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Work goes on beside the block, for requests that wait; what failed there fails the block."""
        ended = threading.Event()

        def go_on() -> None:
            while not ended.wait(0.05):
                self.work()

        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(go_on)
            try:
                yield
            finally:
                ended.set()
            work.result()

    def _receive(self, url: str) -> list[dict[str, Any]]:
        sqs = client("sqs")
        # moto keeps a delayed message back; here its time has always come
        for message in _backend_messages(url):
            message.delayed_until = 0
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        records = []
        for message in found:
            [record] = self.event("poller")["Records"]
            record["body"] = message["Body"]
            record["eventSourceARN"] = f"arn:aws:sqs:{REGION}:123456789012:{url.rsplit('/', 1)[1]}"
            records.append(record)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return records


def _backend_messages(url: str) -> list[Any]:
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.sqs.models import sqs_backends

    queue = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[url.rsplit("/", 1)[1]]
    return list(queue._messages)


@contextmanager
def workers_of(stack: Stack, context: Any, event: Any, patch: pytest.MonkeyPatch) -> Iterator[Workers]:
    """With a simulator and a receiver of their own. The environment must not have been read yet."""
    with (
        simulator_in_thread(settings=Settings(inference_seconds=0.2)) as simulator,
        receiver_in_thread({"acme": SECRET}, {"acme": SECRET}) as receiver,
    ):
        targets = ",".join(urlsplit(url).netloc for url in (simulator.url, receiver.url))
        patch.setenv("LOCAL_TARGETS", targets)
        patch.setenv("UPSTREAM_URL", f"{simulator.url}/api/v3")
        patch.setenv("PUBLIC_URL", "https://api.test")
        patch.setenv("CALLBACKS", "off")
        client("secretsmanager").put_secret_value(
            SecretId=stack.upstream_key_secret, SecretString=TEST_CREDENTIALS.key
        )
        client("ssm").put_parameter(
            Name="/functional/tenants/acme/webhook-secret",
            Type="SecureString",
            Value=json.dumps({"secrets": [{"secret": SECRET, "expires_at": None}]}),
        )
        yield Workers(stack, simulator, receiver, context, event)
