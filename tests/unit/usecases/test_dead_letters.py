"""A message that was given up on is not its job's end: the job goes on, ends, and its record says how."""

from dataclasses import replace

from darkroom.batch import RETRY_SECONDS
from darkroom.jobs.delivery import DeliveryStatus
from darkroom.jobs.failure import ErrorCode
from darkroom.jobs.job import Job, JobStatus
from darkroom.ports import JobMessage
from darkroom.record import job_record
from darkroom.usecases.advance import GIVE_UP_SECONDS
from memory.world import OUTPUT_URL, World

MAX_RECEIVES = 5  # the template's maxReceiveCount
MOST_SECONDS = 600 + GIVE_UP_SECONDS + 600


class Dying:
    """The JobsQueue as SQS works it: what fails comes again, later each time, and ends as a dead letter."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.letters: list[JobMessage] = []
        self._again: list[tuple[float, int, JobMessage]] = []

    def run(self, seconds: float) -> None:
        """A minute at a time, as the reconciler runs."""
        for _ in range(int(seconds // 60)):
            self.world.clock.advance(60)
            self.world.reconciler.reconcile()
            now = self.world.clock.now
            due = [each for each in self._again if each[0] <= now]
            self._again = [each for each in self._again if each[0] > now]
            for message in self.world.queue.receive():
                self._work(1, message)
            for _, receives, message in due:
                self._work(receives, message)

    def _work(self, receives: int, message: JobMessage) -> None:
        try:
            self.world.advance(message)
        except PermissionError:
            if receives == MAX_RECEIVES:
                self.letters.append(message)
            else:
                at = self.world.clock.now + RETRY_SECONDS * 2 ** (receives - 1)
                self._again.append((at, receives + 1, message))


def poisoned(world: World) -> Job:
    """Upstream has finished it, and its picture can never be stored."""
    job = world.accept()
    world.work()
    world.upstream.finish("pred-1", OUTPUT_URL)

    def denied(*_: object) -> None:
        raise PermissionError

    world.bucket.put = denied  # type: ignore[assignment,method-assign]
    world.callback(job)  # its message stands outside of the chain of looks, so that no other supersedes it
    return job


def test_a_job_whose_messages_all_die_ends_as_failed_and_its_record_says_so(world: World) -> None:
    job, queue = poisoned(world), Dying(world)
    queue.run(MOST_SECONDS)
    assert queue.letters
    record = job_record(
        world.job(job), base_url="https://api.test", output_url=lambda _: ("", 0), uri=world.bucket.uri
    )
    assert record["status"] == "failed"
    assert record["error"] == "The job could not be brought to its end in time."
    assert record["error_code"] == ErrorCode.DEADLINE_EXCEEDED
    assert record["webhook"] is not None
    assert record["webhook"]["status"] == DeliveryStatus.DELIVERED
    assert len(world.upstream.submits) == 1


def test_every_dead_letter_names_a_job_and_put_back_after_its_end_it_changes_nothing(world: World) -> None:
    job, queue = poisoned(world), Dying(world)
    queue.run(MOST_SECONDS)
    ended = world.job(job)
    for letter in queue.letters:
        assert (letter.tenant, letter.job_id) == (job.tenant, job.id)
        world.queue.send(letter)
    queue.run(600)
    assert replace(world.job(job), revision=ended.revision) == ended
    assert (len(world.sender.sent), len(world.upstream.submits)) == (1, 1)


def test_put_back_after_the_cause_is_mended_it_finishes_its_job(world: World) -> None:
    put = world.bucket.put
    job, queue = poisoned(world), Dying(world)
    queue.run(600)
    world.bucket.put = put  # type: ignore[method-assign]
    world.queue.send(replace(queue.letters[0], chain=None))
    world.work()
    assert world.job(job).status is JobStatus.COMPLETED
    assert (len(world.sender.sent), len(world.upstream.submits)) == (1, 1)
