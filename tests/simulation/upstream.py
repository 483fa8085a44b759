"""An upstream account: takes the paid POST and may lose its reply, and calls back. The judge hears of
whatever it is asked for."""

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import httpx

from darkroom.jobs.upstream import SubmitOutcome
from darkroom.usecases.not_created import KEY_REFUSED_SECONDS, LONGEST_HOLD_SECONDS, THROTTLED_SECONDS
from darkroom.wavespeed import outcome
from darkroom.wavespeed.answer import Answer
from simulation.boundary import Effects
from simulation.judge_posts import PostsJudge
from simulation.upstream_tasks import UpstreamTask, UpstreamTasks

POST_SECONDS = 30.0
"""The client's own timeout, `usecases.context.SUBMIT_SECONDS`."""
_MEDIAN_SECONDS = 6.0
_NEVER_SECONDS = 90_000.0


class Upstream(UpstreamTasks):
    """`call_back` is given the address, the task and when."""

    def __init__(
        self,
        name: str,
        effects: Effects,
        posts: PostsJudge,
        random: Random,
        call_back: Callable[[str, UpstreamTask, float], None],
    ) -> None:
        super().__init__(effects, random)
        self.name = name
        self._posts = posts
        self._call_back = call_back

    def submit(self, model: str, inputs: Mapping[str, Any], webhook_url: str | None) -> SubmitOutcome:
        """By the client's own rules of what an answer or an error means."""
        begun_at = self._now
        try:
            answer = self._answer_in_time(begun_at, model, inputs, webhook_url)
        except httpx.HTTPError as error:
            return outcome.outcome_of_error(error)
        if answer.status_code in (401, 402, 429):
            self._posts.wants_quiet(self.name, _quiet_seconds(answer))
        return outcome.outcome_of_answer(answer)

    def _answer_in_time(
        self, begun_at: float, model: str, inputs: Mapping[str, Any], webhook_url: str | None
    ) -> Answer:
        if self._out_of_reach():
            raise httpx.ConnectError("refused")
        self._travel(begun_at)
        answer = self._taken(model, inputs, webhook_url)
        self._travel(begun_at)
        return answer

    def _travel(self, begun_at: float) -> None:
        """Raises ReadTimeout where the client would not have waited for so long."""
        slow = self._effects.faults.happens("upstream is slow")
        seconds = self._random.random() * (40.0 if slow else 0.2)
        self._effects.held_up(seconds)
        left = begun_at + POST_SECONDS - self._now
        self._effects.scheduler.pause(min(seconds, left))
        if seconds >= left:
            raise httpx.ReadTimeout("slow")

    def _taken(self, model: str, inputs: Mapping[str, Any], webhook_url: str | None) -> Answer:
        faults = self._effects.faults
        self._posts.posted(self.name)
        if faults.happens("upstream throttles"):
            retry_after = self._random.choice([None, 1.0, 20.0, 3600.0])
            return Answer(429, retry_after_seconds=retry_after)
        if self._effects.is_out("upstream's key"):
            return Answer(self._random.choice([401, 402]))
        if faults.happens("upstream refuses the request"):
            self._posts.refused.add(self._posts.attempt_id())
            return Answer(400, {"code": 400, "data": {"code": self._random.choice([1200, 1401])}})
        if faults.happens("upstream errs before creating"):
            return Answer(self._random.choice([408, 500, 502, 503, 504]))
        if faults.happens("reply lost before creating"):
            raise httpx.ReadError("reset")
        if faults.happens("upstream makes two"):
            self._create(model, inputs, webhook_url)
        task = self._create(model, inputs, webhook_url)
        if faults.happens("upstream errs after creating"):
            return Answer(self._random.choice([500, 502, 504]), defect="body")
        if faults.happens("reply lost after creating"):
            raise httpx.ReadError("reset")
        return Answer(200, {"code": 200, "data": {"id": task.id, "status": "created"}})

    def _create(self, model: str, inputs: Mapping[str, Any], webhook_url: str | None) -> UpstreamTask:
        faults, now, random = self._effects.faults, self._now, self._random
        seconds = random.lognormvariate(math.log(_MEDIAN_SECONDS), 0.5)
        if faults.happens("upstream never ends"):
            seconds = _NEVER_SECONDS
        attempt_id = self._posts.attempt_id()
        task = UpstreamTask(
            id=f"task-{len(self._posts.judge.made) + 1}",
            account=self.name,
            attempt_id=attempt_id,
            second=any(made.attempt_id == attempt_id for made in self.tasks.values()),
            model=model,
            inputs=dict(inputs),
            created_at=now,
            ends_at=now + seconds,
            seen_at=self._seen_at(now),
            listed_at=now
            + (_NEVER_SECONDS if faults.happens("never listed") else faults.up_to("list is late")),
            fails=faults.happens("upstream fails"),
        )
        self.tasks[task.id] = task
        self._posts.created(task)
        if webhook_url is not None:
            self._plan_callbacks(webhook_url, task)
        return task

    def _seen_at(self, now: float) -> float:
        if self._effects.faults.happens("is forgotten"):
            return now + _NEVER_SECONDS
        late = self._effects.faults.happens("not seen yet")
        return now + (self._random.random() * 30 if late else 0.0)

    def _plan_callbacks(self, url: str, task: UpstreamTask) -> None:
        faults, random = self._effects.faults, self._random
        if faults.happens("callback is lost") or task.ends_at - task.created_at >= _NEVER_SECONDS:
            return
        ends_at = task.created_at if faults.happens("callback is early") else task.ends_at
        for _ in range(2 if faults.happens("callback comes twice") else 1):
            late = random.random() * 1800 if faults.happens("callback is late") else random.random() * 0.3
            self._call_back(url, task, ends_at + late)


def _quiet_seconds(answer: Answer) -> float:
    """How long nobody submits after such an answer."""
    if answer.status_code != 429:
        return KEY_REFUSED_SECONDS
    return min(answer.retry_after_seconds or THROTTLED_SECONDS, LONGEST_HOLD_SECONDS)
