"""Mistakes by which a job is lost, ends too soon, or is shown as what it is not."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from darkroom.jobs.account import Account
from darkroom.jobs.ids import new_job_id
from darkroom.jobs.job import Job
from darkroom.jobs.joins import OpenCall, is_joinable
from darkroom.jobs.request import ImageRequest
from darkroom.jobs.upstream import Prediction, Progress
from darkroom.ports import JobMessage
from darkroom.usecases import look, resolve_doubt
from darkroom.usecases.accept import Acceptor
from darkroom.usecases.context import Poller
from darkroom.usecases.join import Joiner
from darkroom.usecases.reconcile import Reconciler
from darkroom.usecases.store import store_outputs
from memory.jobs_table import MemoryJobsTable
from memory.joins import MemoryJoins
from simulation.mutants.planting import Plant


def saves_without_condition(plant: Plant) -> None:
    real = MemoryJobsTable.save

    def save(self: MemoryJobsTable, job: Job) -> Job:
        stored = self.get(job.tenant, job.id)
        return real(self, job if stored is None else replace(job, revision=stored.revision))

    plant(MemoryJobsTable, "save", save)


def completes_before_storing(plant: Plant) -> None:
    class Nowhere:
        def put(self, *_: Any) -> None:
            pass

    def stored_later(poller: Poller, job: Job, prediction: Any, seconds: float) -> Any:
        return store_outputs(replace(poller, bucket=Nowhere()), job, prediction, seconds)  # type: ignore[arg-type]

    plant(look, "store_outputs", stored_later)


def stores_all_pictures_under_one_key(plant: Plant) -> None:
    """A retry's picture, or another job's, takes its place."""

    def under_the_tenant(poller: Poller, job: Job, prediction: Any, seconds: float) -> Any:
        return store_outputs(poller, replace(job, id="latest"), prediction, seconds)

    plant(look, "store_outputs", under_the_tenant)


def accepts_what_nobody_will_look_for(plant: Plant) -> None:
    """Without a due time: only its message leads to it."""
    real = Acceptor._new_job

    def new_job(self: Acceptor, *arguments: Any) -> Job:
        return real(self, *arguments).due(None)

    plant(Acceptor, "_new_job", new_job)


def accepts_without_a_message(plant: Plant) -> None:
    """The reconciler finds the job, but only later."""
    plant(Acceptor, "_enqueue", lambda self, job: None)


def forgets_what_is_overdue(plant: Plant) -> None:
    plant(Reconciler, "_take_up", lambda self, job: False)


def loses_deadline(plant: Plant) -> None:
    plant(Job, "deadline_at", property(lambda self: self.created_at + 86_400))


def waits_for_a_task_for_ever(plant: Plant) -> None:
    plant(Poller, "ends_at", lambda self, job: self.clock() + 1_000)


def searches_without_a_pause(plant: Plant) -> None:
    plant(resolve_doubt, "next_search_seconds", lambda elapsed_seconds: 0.0)


def looks_without_a_pause(plant: Plant) -> None:
    def look_later(poller: Poller, job: Job, message: JobMessage, at_least: float = 0.0) -> None:
        poller.again(message, 0.0, moved=True)

    plant(look, "_look_later", look_later)


def takes_an_error_of_a_read_for_the_end(plant: Plant) -> None:
    """A 404 straight after the submit is taken for a task that failed."""
    failed = Prediction("none", Progress.FAILED, "failed")
    plant(look, "_not_found", lambda poller, job, message: look._failed(poller, job, failed))


def forgets_the_idempotency_key(plant: Plant) -> None:
    real = Acceptor._new_job

    def new_job(self: Acceptor, account: Account, request: ImageRequest, key: str | None) -> Job:
        return replace(real(self, account, request, key), id=_unlike(new_job_id(self.clock), key))

    plant(Acceptor, "_new_job", new_job)


def _unlike(job_id: str, key: str | None) -> str:
    return job_id[:20] + hashlib.sha256(f"{job_id}{key}".encode()).hexdigest()[:10]


def ignores_the_body_of_a_repeat(plant: Plant) -> None:
    plant(ImageRequest, "fingerprint", property(lambda self: "the same"))


def looks_jobs_up_without_the_tenant(plant: Plant) -> None:
    def get(self: MemoryJobsTable, tenant: str, job_id: str) -> Job | None:
        return next((job for job in self.all() if job.id == job_id), None)

    plant(MemoryJobsTable, "get", get)


def joins_across_tenants(plant: Plant) -> None:
    def joinable(self: MemoryJoins, tenant: str, fingerprint: str, now: float) -> Sequence[OpenCall]:
        calls = [call for call in self.all() if call.fingerprint == fingerprint and is_joinable(call, now)]
        return sorted(calls, key=lambda call: call.started_at, reverse=True)

    plant(MemoryJoins, "joinable", joinable)


def opens_each_repeat_anew(plant: Plant) -> None:
    plant(Joiner, "join", lambda self, *arguments: None)
