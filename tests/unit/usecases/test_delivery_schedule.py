"""A whole schedule through the real deliverer and the real sender, on a clock of its own: what a receiver
gets over 27 hours."""

from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from itertools import pairwise

import pytest
from standardwebhooks import Webhook

from darkroom.jobs.delivery import Delivery, DeliveryStatus
from darkroom.jobs.job import Job, JobStatus
from darkroom.net.url_policy import check_url
from darkroom.webhooks.rotation import OVERLAP_SECONDS, Secrets, SigningSecret, rotated, signing
from darkroom.webhooks.sender import WebhookSender
from memory.world import OUTPUT_URL, SECRET, TENANT, World
from unit.net.scripted import ScriptedBackend, answer, client_of

NEW_SECRET = "whsec_" + "bmV3LXNlY3JldC1vZi10aGUtcm90YXRpb24tdGVzdHM="
DELAYS_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
ROUNDING_SECONDS = 1
"""SQS counts whole seconds, and an attempt may be made a second early."""
CLOSED = "\r\nConnection: close"


class _RotatingSecrets:
    def __init__(self, world: World) -> None:
        self.world = world
        self.stored: Secrets = [SigningSecret(SECRET)]

    def secrets(self, tenant: str) -> list[str]:
        return [each.secret for each in signing(self.stored, self.world.clock())]

    def rotate(self) -> None:
        self.stored = rotated(self.stored, NEW_SECRET, None, self.world.clock())


class Receiver:
    """Answers in turn as it is told, and reads what it was sent."""

    def __init__(self, world: World, *answers: str) -> None:
        self.backend = ScriptedBackend(*([answer(each + CLOSED)] for each in answers))
        check = partial(check_url)
        world.sender = WebhookSender(client_of(self.backend), check, now=world.clock)  # type: ignore[assignment]

    @property
    def received(self) -> list[tuple[dict[str, str], bytes]]:
        """Headers and body of each request."""
        requests = [
            stream.written.partition(b"\r\n\r\n") for stream in self.backend.streams if stream.written
        ]
        return [
            (dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:]), body)
            for head, _, body in requests
        ]


def completed(world: World) -> Job:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    return job


def gaps(delivery: Delivery) -> list[float]:
    at = [attempt.at for attempt in delivery.attempts]
    return [later - earlier for earlier, later in pairwise(at)]


def signatures(headers: dict[str, str]) -> set[str]:
    return set(headers["webhook-signature"].split(" "))


def signed_with(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As the official library signs it."""
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(headers["webhook-id"], at, body.decode())


def test_eight_attempts_over_27_hours_are_one_event_and_each_is_signed_afresh(world: World) -> None:
    receiver = Receiver(world, *["500 No"] * 8)
    job = completed(world)
    world.run(40 * 3600)
    ended = world.job(job)
    assert ended.delivery.status is DeliveryStatus.EXHAUSTED
    assert len(ended.delivery.attempts) == len(receiver.received) == 8
    for gap, base in zip(gaps(ended.delivery), DELAYS_SECONDS, strict=True):
        assert 0.8 * base - ROUNDING_SECONDS <= gap <= 1.2 * base + ROUNDING_SECONDS
    ids, bodies, times = zip(
        *((headers["webhook-id"], body, headers["webhook-timestamp"]) for headers, body in receiver.received),
        strict=True,
    )
    assert len(set(ids)) == len(set(bodies)) == 1
    assert list(times) == [str(int(attempt.at)) for attempt in ended.delivery.attempts]
    for headers, body in receiver.received:
        assert signatures(headers) == {signed_with(SECRET, headers, body)}
    assert ended.status is JobStatus.COMPLETED
    assert ended.outputs


def test_waits_beyond_900_seconds_are_made_in_hops(world: World) -> None:
    Receiver(world, *["500 No"] * 8)
    completed(world)
    world.run(40 * 3600)
    hops = world.webhook_queue.sent + world.slow_webhook_queue.sent
    assert max(sent.deliver_at - sent.sent_at for sent in hops) == 900
    assert len(hops) > sum(DELAYS_SECONDS) * 0.8 / 900


def test_an_exhausted_event_can_be_replayed_and_is_the_same(world: World) -> None:
    receiver = Receiver(world, *["500 No"] * 8, "204 Thanks")
    job = completed(world)
    world.run(40 * 3600)
    world.deliverer.replay(TENANT, job.id)
    world.work()
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED
    assert receiver.received[-1][1] == receiver.received[0][1]


def test_retry_after_holds_in_both_of_its_forms_between_the_delay_and_its_double(world: World) -> None:
    third = datetime.fromtimestamp(world.clock() + 8 + 400, UTC)
    wanted = ["8", format_datetime(third, usegmt=True), "10", "99999", "soon"]
    Receiver(world, *[f"503 Busy\r\nRetry-After: {value}" for value in wanted], "200 OK")
    job = completed(world)
    world.run(20 * 3600)
    assert [round(gap) for gap in gaps(world.job(job).delivery)[:4]] == [8, 400, 1_800, 14_400]
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED


def test_during_a_rotation_both_secrets_sign_for_24_hours_and_then_the_new_one_alone(world: World) -> None:
    receiver = Receiver(world, *["500 No"] * 8)
    world.secrets = secrets = _RotatingSecrets(world)  # type: ignore[assignment]
    job = completed(world)
    world.run(600)
    secrets.rotate()
    rotated_at = world.clock()
    world.run(40 * 3600)
    seen = set()
    for (headers, body), attempt in zip(receiver.received, world.job(job).delivery.attempts, strict=True):
        old, new = (signed_with(secret, headers, body) for secret in (SECRET, NEW_SECRET))
        since = attempt.at - rotated_at
        expected = {old} if since < 0 else {old, new} if since < OVERLAP_SECONDS else {new}
        assert signatures(headers) == expected
        seen.add(len(expected) if since < OVERLAP_SECONDS else "new alone")
    assert seen == {1, 2, "new alone"}


@pytest.mark.parametrize(
    ("head", "ended", "error", "detail"),
    [
        ("200 OK", DeliveryStatus.DELIVERED, None, None),
        ("204 No Content", DeliveryStatus.DELIVERED, None, None),
        ("410 Gone", DeliveryStatus.EXHAUSTED, "http_status", None),
        (
            "308 Moved\r\nLocation: https://10.0.0.1/x",
            DeliveryStatus.PENDING,
            "redirect",
            "https://10.0.0.1/x",
        ),
    ],
)
def test_an_answer_ends_the_delivery_or_is_recorded_as_what_it_was(
    world: World, head: str, ended: DeliveryStatus, error: str | None, detail: str | None
) -> None:
    receiver = Receiver(world, head)
    job = completed(world)
    delivery = world.job(job).delivery
    [attempt] = delivery.attempts
    assert (delivery.status, attempt.error, attempt.detail) == (ended, error, detail)
    assert len(receiver.received) == 1
