"""Which deliveries wait in the slow lane, and what time a receiver has where."""

from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.job import Job
from darkroom.usecases.deliver import delivery_message
from memory.sender import answered, unanswered
from memory.world import OUTPUT_URL, World


def completed(world: World) -> Job:
    job = world.accept()
    world.work()
    prediction_id = f"pred-{len(world.upstream.submits)}"
    world.upstream.finish(prediction_id, OUTPUT_URL)
    world.callback(job, prediction_id)
    world.work()
    return job


def test_a_receiver_that_did_not_answer_at_once_has_all_of_its_time_in_the_slow_lane(world: World) -> None:
    world.sender.script(unanswered(3))
    job = completed(world)
    assert (len(world.webhook_queue.waiting), len(world.slow_webhook_queue.waiting)) == (0, 1)
    world.run(7)
    assert [sent.deadline_seconds for sent in world.sender.sent] == [3, 15]
    assert world.job(job).delivery.status is DeliveryStatus.DELIVERED


def test_a_receiver_that_fails_soon_stays_in_the_quick_lane(world: World) -> None:
    world.sender.script(answered(500))
    completed(world)
    assert (len(world.webhook_queue.waiting), len(world.slow_webhook_queue.waiting)) == (1, 0)
    world.run(7)
    assert [sent.deadline_seconds for sent in world.sender.sent] == [3, 3]


def test_a_message_that_comes_by_the_wrong_lane_is_sent_on_to_the_slow_one(world: World) -> None:
    """As the reconciler and a replay send it."""
    world.sender.script(unanswered(3))
    job = completed(world)
    world.slow_webhook_queue.waiting.clear()
    world.clock.advance(10)
    world.deliverer.deliver(delivery_message(world.job(job)))
    assert len(world.sender.sent) == 1
    [moved] = world.slow_webhook_queue.waiting
    assert moved.message == delivery_message(world.job(job))


def test_a_worker_that_was_kept_waiting_three_times_leaves_the_receiver_to_the_slow_lane_for_a_minute(
    world: World,
) -> None:
    world.sender.script(*[unanswered(3)] * 3)
    for _ in range(4):
        completed(world)
    assert [sent.deadline_seconds for sent in world.sender.sent] == [3, 3, 3, 15]
    world.slow_webhook_queue.waiting.clear()
    world.clock.advance(61)
    completed(world)
    assert world.sender.sent[-1].deadline_seconds == 3


def test_the_last_attempt_has_all_of_its_time(world: World) -> None:
    world.sender.script(*[answered(500)] * 8)
    completed(world)
    world.run(40 * 3600)
    assert [sent.deadline_seconds for sent in world.sender.sent] == [3] * 7 + [15]
