"""Delivery: at least once, on the schedule, with one event id and one body, and never losing the result."""

import json

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Billed, Job, JobStatus
from darkroom.jobs.upstream import Ambiguous
from darkroom.ports import JobMessage
from darkroom.usecases.deliver import delivery_message
from memory.sender import answered
from memory.world import OUTPUT_URL, SECRET, TENANT, World


def completed(world: World) -> Job:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    return job


def test_a_receiver_that_fails_gets_the_same_event_again(world: World) -> None:
    world.sender.script(answered(500), answered(503))
    job = completed(world)
    assert world.job(job).delivery.status is DeliveryStatus.PENDING
    world.run(10 * 60)
    first, second, third = world.sender.sent
    assert first.body == second.body == third.body
    assert len({sent.headers["webhook-id"] for sent in world.sender.sent}) == 1
    assert int(third.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED
    assert [a.status_code for a in world.job(job).delivery.attempts] == [500, 503, 200]


def test_the_schedule_spans_more_than_27_hours_and_then_the_delivery_is_exhausted(world: World) -> None:
    world.sender.script(*[answered(500)] * 8)
    job = completed(world)
    world.run(40 * 3600, reconcile=True)
    delivery = world.job(job).delivery
    assert delivery.status is DeliveryStatus.EXHAUSTED
    assert len(world.sender.sent) == 8
    assert delivery.attempts[-1].at - delivery.attempts[0].at > 0.8 * 27 * 3600
    assert world.telemetry.counts["WebhookExhausted"] == 1
    assert world.job(job).status is JobStatus.COMPLETED
    assert world.job(job).due_at is None


def test_a_receiver_that_is_gone_is_not_asked_again(world: World) -> None:
    world.sender.script(answered(410))
    job = completed(world)
    world.run(3600)
    assert world.job(job).delivery.status is DeliveryStatus.EXHAUSTED
    assert len(world.sender.sent) == 1


def test_retry_after_is_honoured_up_to_twice_the_schedules_delay(world: World) -> None:
    world.sender.script(answered(503, retry_after_seconds=3600))
    completed(world)
    world.run(9)
    assert len(world.sender.sent) == 1
    world.run(2)
    assert len(world.sender.sent) == 2


def test_a_replay_sends_the_same_event_in_a_new_round(world: World) -> None:
    world.sender.script(*[answered(500)] * 8)
    job = completed(world)
    world.run(40 * 3600)
    world.deliverer.replay(TENANT, job.id)
    world.work()
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED
    assert world.sender.sent[-1].body == world.sender.sent[0].body
    assert len(world.job(job).delivery.attempts) == 9


def test_a_repeat_of_a_replay_with_its_key_sends_nothing(world: World) -> None:
    job = completed(world)
    for again in (False, True):
        replay = world.deliverer.replay(TENANT, job.id, "once")
        assert replay is not None
        assert replay.repeated is again
        world.run(10)
    assert len(world.sender.sent) == 2


def test_a_replay_during_an_attempt_does_not_lose_its_outcome(world: World) -> None:
    send = world.sender.send

    def meanwhile(*arguments: object, **options: object) -> object:
        [job] = world.jobs.all()
        world.deliverer.replay(TENANT, job.id, "once")
        return send(*arguments, **options)  # type: ignore[arg-type]

    world.sender.send = meanwhile  # type: ignore[assignment,method-assign]
    job = completed(world)
    delivery = world.job(job).delivery
    assert (delivery.status, len(delivery.attempts)) == (DeliveryStatus.DELIVERED, 1)
    assert delivery.was_replayed_with("once")


def test_a_first_attempt_without_the_time_for_it_goes_to_the_queue(world: World) -> None:
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.seconds_left = 26
    world.bucket.put = lambda *_: setattr(world, "seconds_left", 5)  # type: ignore[method-assign]
    world.advance(JobMessage(TENANT, job.id))
    assert world.sender.sent == []
    world.work()
    assert len(world.sender.sent) == 1


def test_a_worker_that_died_before_the_first_attempt_is_made_good_by_the_reconciler(world: World) -> None:
    class DeadError(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise DeadError

    send, world.sender.send = world.sender.send, dies  # type: ignore[assignment,method-assign]
    try:
        completed(world)
    except DeadError:
        world.sender.send = send  # type: ignore[method-assign]
    world.run(400, reconcile=True)
    assert len(world.sender.sent) == 1
    assert world.jobs.all()[0].delivery.status is DeliveryStatus.DELIVERED


def test_a_duplicate_message_of_the_webhook_queue_sends_nothing_after_the_delivery(world: World) -> None:
    job = completed(world)
    world.deliverer.deliver(JobMessage(TENANT, job.id))
    assert len(world.sender.sent) == 1


def test_two_workers_at_one_delivery_schedule_one_next_attempt(world: World) -> None:
    world.sender.script(answered(500))
    job = completed(world)
    world.clock.advance(10)
    world.webhook_queue.waiting.clear()
    send = world.sender.send

    def meanwhile(*arguments: object, **options: object) -> object:
        world.sender.send = send  # type: ignore[method-assign]
        world.sender.script(answered(500), answered(500))
        world.deliverer.deliver(delivery_message(world.job(job)))
        return send(*arguments, **options)  # type: ignore[arg-type]

    world.sender.send = meanwhile  # type: ignore[assignment,method-assign]
    world.deliverer.deliver(delivery_message(world.job(job)))
    assert len(world.webhook_queue.waiting) == 1
    assert world.job(job).delivery.made == 2


def test_no_webhook_no_delivery(world: World) -> None:
    job = world.accept(webhook_url=None)
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)
    world.callback(job)
    world.work()
    assert world.job(job).delivery.status is DeliveryStatus.NONE
    assert world.job(job).due_at is None


def test_a_tenant_without_a_secret_loses_no_event(world: World) -> None:
    world.secrets.by_tenant.clear()
    job = completed(world)
    assert world.job(job).delivery.attempts[0].error == "secret_missing"
    assert world.sender.sent == []
    world.secrets.by_tenant[TENANT] = [SECRET]
    world.run(10)
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED


def test_ten_replays_of_a_delivery_that_fails_are_one_chain_of_attempts(world: World) -> None:
    world.sender.script(*[answered(500)] * 40)
    job = completed(world)
    for _ in range(10):
        world.deliverer.replay(TENANT, job.id)
    world.run(10)
    assert len(world.webhook_queue.waiting) == 1
    assert len(world.sender.sent) == 3
    world.run(400)
    assert len(world.sender.sent) == 4


def test_messages_that_the_reconciler_added_end_with_the_attempt_they_stood_for(world: World) -> None:
    world.sender.script(*[answered(500)] * 5)
    job = completed(world)
    for _ in range(5):
        world.webhook_queue.send(delivery_message(world.job(job)))
    world.run(6)
    assert len(world.webhook_queue.waiting) == 1
    assert world.job(job).delivery.made == 2


def test_what_becomes_known_of_the_charge_later_does_not_change_the_event(world: World) -> None:
    world.sender.script(answered(500))
    world.upstream.script_submit(Ambiguous("read_timeout"))
    job = world.accept()
    world.run(620)
    world.callback(job, "pred-late")
    assert world.job(job).billed is Billed.YES
    world.run(60)
    first, second = world.sender.sent
    assert first.body == second.body
    assert json.loads(first.body)["data"]["billing"]["billed"] == "unknown"
