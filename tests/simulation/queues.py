"""SQS and the Lambdas behind it: batches, duplicates, delays, redelivery after the visibility timeout, and
the dead-letter queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from darkroom.aws.queues import whole_delay_seconds
from darkroom.batch import RETRY_SECONDS
from darkroom.ports import JobChangedError, JobMessage, ThrottledError, Tick
from simulation.boundary import Effects
from simulation.judge_sent import SentJudge
from simulation.scheduler import Invocation

MAX_RECEIVES = 5
_LONGEST_RETRY_SECONDS = 600
_LATE_SECONDS = 90.0
_BATCH = 10


@dataclass(slots=True, eq=False)
class Message:
    """`healthy_receives`: those in which nothing went wrong but what the code itself raised."""

    body: Any
    visible_at: float
    receives: int = 0
    healthy_receives: int = 0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Of the template: the function's, and the queue's visibility timeout."""

    function_seconds: float
    visibility_seconds: float


class Queue:
    """`work` is called for each message, each in a task of its own, those of a batch in one process."""

    def __init__(
        self,
        name: str,
        timeouts: Timeouts,
        effects: Effects,
        sent: SentJudge,
        invocation: Callable[[str, float], Invocation],
        random: Random,
    ) -> None:
        self.name = name
        self.work: Callable[[Any], None] = lambda body: None
        self.dead_letters: list[Message] = []
        self._timeouts = timeouts
        self._effects = effects
        self._sent = sent
        self._invocation = invocation
        self._random = random
        self._messages: list[Message] = []

    def send(self, message: JobMessage | Tick, delay_seconds: float = 0.0) -> None:
        self._sent.message_sent(message)
        faults, now = self._effects.faults, self._effects.scheduler.now
        for _ in range(2 if faults.happens("message twice") else 1):
            late = self._random.random() * _LATE_SECONDS if faults.happens("message late") else 0.0
            latency = self._random.random() * 0.05
            self._show(Message(message, now + whole_delay_seconds(delay_seconds) + latency + late))

    def send_all(self, messages: Sequence[JobMessage]) -> None:
        """Some may have been sent after an error."""
        failed = False
        for message in messages:
            if self._effects.refused("sqs"):
                failed = True
            else:
                self.send(message)
        if failed:
            raise ThrottledError("some messages were not sent")

    @property
    def is_empty(self) -> bool:
        return not self._messages

    def _show(self, message: Message) -> None:
        self._messages.append(message)
        self._effects.scheduler.at(message.visible_at, self._receive)

    def _receive(self) -> None:
        """One process takes some of what is visible, in any order."""
        now = self._effects.scheduler.now
        visible = [message for message in self._messages if message.visible_at <= now]
        if not visible:
            return
        batch = self._random.sample(visible, min(len(visible), self._random.randint(1, _BATCH)))
        for message in batch:
            self._receive_one(message)
        live = [message for message in batch if message in self._messages]
        if live:
            self._invoke(live)
        if len(batch) < len(visible):
            self._effects.scheduler.at(now, self._receive)

    def _receive_one(self, message: Message) -> None:
        if message.receives >= MAX_RECEIVES:
            self._messages.remove(message)
            self.dead_letters.append(message)
            self._sent.dead_letter(message.body, healthy=message.healthy_receives >= MAX_RECEIVES)
            return
        message.receives += 1
        self._hide(message, self._timeouts.visibility_seconds)

    def _invoke(self, batch: Sequence[Message]) -> None:
        failed: list[Message] = []
        done = [message for message in batch if not self._effects.faults.happens("message not deleted")]

        def survived() -> None:
            for message in done:
                if message not in failed and message in self._messages:
                    self._messages.remove(message)

        invocation = self._invocation(self.name, self._timeouts.function_seconds)
        invocation.survived = survived
        works = [self._worker(message, failed) for message in batch]
        self._effects.scheduler.start(invocation, works)

    def _worker(self, message: Message, failed: list[Message]) -> Callable[[], None]:
        def worker() -> None:
            wrong_before = self._effects.failed
            try:
                self.work(message.body)
            except (ThrottledError, JobChangedError) as error:
                self._effects.scheduler.note("message failed", error, message.body)
                failed.append(message)
                message.healthy_receives += self._effects.failed == wrong_before
                seconds = min(RETRY_SECONDS * 2 ** (message.receives - 1), _LONGEST_RETRY_SECONDS)
                if not self._effects.refused("sqs"):
                    self._hide(message, seconds)
            except Exception as error:  # noqa: BLE001  # what nobody expects is a violation of its own
                self._sent.judge.unexpected(error)

        return worker

    def _hide(self, message: Message, seconds: float) -> None:
        message.visible_at = self._effects.scheduler.now + seconds
        self._effects.scheduler.at(message.visible_at, self._receive)
