"""The composition root: each use case with the adapters that it works on.

Modules are imported where they are used, so that a function loads only what its own path needs.
"""

from __future__ import annotations

import random
import time
from functools import cache
from typing import TYPE_CHECKING

from darkroom import adapters, upstream_adapters
from darkroom.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkroom.jobs.job import Job
    from darkroom.usecases.accept import Acceptor
    from darkroom.usecases.adopt import Adopter
    from darkroom.usecases.cancel import Canceller
    from darkroom.usecases.context import Poller
    from darkroom.usecases.delete import Deleter
    from darkroom.usecases.deliver import Deliverer
    from darkroom.usecases.dispatch import Dispatcher
    from darkroom.usecases.join import Joiner
    from darkroom.usecases.look_times import LookTimes
    from darkroom.usecases.place_in_line import PlacesInLine
    from darkroom.usecases.reconcile import Reconciler
    from darkroom.usecases.replay_since import Replayer
    from darkroom.webhooks.formats import WebhookFormats


@cache
def acceptor() -> Acceptor:
    from darkroom.usecases.accept import Acceptor

    return Acceptor(
        adapters.jobs_table(),
        adapters.jobs_queue(),
        adapters.telemetry(),
        settings().overdue_seconds,
        time.time,
        adapters.prices(),
    )


@cache
def canceller() -> Canceller:
    from darkroom.usecases.cancel import Canceller

    return Canceller(
        adapters.jobs_table(),
        adapters.jobs_queue(),
        adapters.telemetry(),
        settings().overdue_seconds,
        time.time,
    )


@cache
def deleter() -> Deleter:
    from darkroom.usecases.delete import Deleter

    return Deleter(adapters.jobs_table(), canceller())


@cache
def joiner() -> Joiner:
    from darkroom.usecases.join import Joiner

    return Joiner(adapters.joins(), time.time, random.choice)


@cache
def adopter() -> Adopter:
    from darkroom.usecases.adopt import Adopter

    return Adopter(adapters.jobs_table(), adapters.jobs_queue(), adapters.telemetry(), time.time)


@cache
def dispatcher() -> Dispatcher:
    from darkroom.usecases.dispatch import Dispatcher

    return Dispatcher(
        upstream_adapters.permits,
        adapters.backlog(),
        adapters.jobs_queue(),
        adapters.telemetry(),
        settings().overdue_seconds,
        time.time,
        time.sleep,
    )


@cache
def places_in_line() -> PlacesInLine:
    from darkroom.usecases.place_in_line import PlacesInLine

    return PlacesInLine(adapters.backlog(), upstream_adapters.permits, time.time)


def reconciler(time_left: Callable[[], float]) -> Reconciler:
    from darkroom.usecases.reconcile import Reconciler

    return Reconciler(
        adapters.jobs_table(),
        adapters.jobs_queue(),
        adapters.webhook_queue(),
        dispatcher(),
        adapters.telemetry(),
        settings().overdue_seconds,
        time.time,
        time_left,
    )


@cache
def deliverer() -> Deliverer:
    from darkroom.aws.webhook_secrets import SsmWebhookSecrets
    from darkroom.usecases.deliver import Deliverer
    from darkroom.usecases.slow_lane import SlowLane

    return Deliverer(
        jobs=adapters.jobs_table(),
        queue=adapters.webhook_queue(),
        sender=adapters.webhook_sender(),
        secrets=SsmWebhookSecrets(adapters.clients().ssm, settings().tenant_parameters),
        telemetry=adapters.telemetry(),
        formats=_webhook_formats(),
        overdue_seconds=settings().overdue_seconds,
        clock=time.time,
        random=random.Random(),  # noqa: S311  # jitter, no secret
        slow_lane=SlowLane(adapters.slow_webhook_queue()),
    )


@cache
def replayer() -> Replayer:
    from darkroom.usecases.replay_since import Replayer

    return Replayer(adapters.jobs_table(), deliverer(), time.time)


@cache
def look_times() -> LookTimes:
    from darkroom.usecases.look_times import LookTimes

    return LookTimes(
        adapters.inference_times(),
        adapters.telemetry(),
        random.Random(),  # noqa: S311  # which of the likely times a task took, no secret
        time.monotonic,
        callbacks=settings().callbacks,
    )


@cache
def poller() -> Poller:
    """Its `time_left` is that of the invocation: `replace` it."""
    from darkroom.beside import in_a_thread
    from darkroom.pictures.fetch import PictureFetcher
    from darkroom.usecases.context import Policy, Poller

    here = settings()
    return Poller(
        jobs=adapters.jobs_table(),
        queue=adapters.jobs_queue(),
        upstreams=upstream_adapters.upstreams(),
        pictures=PictureFetcher(
            adapters.guarded_client(), output_hosts=here.output_hosts, local_targets=here.local_targets
        ),
        bucket=adapters.images_bucket(),
        deliverer=deliverer(),
        dispatcher=dispatcher(),
        look_times=look_times(),
        telemetry=adapters.telemetry(),
        policy=Policy(here.callbacks, here.upstream_timeout_seconds, here.overdue_seconds),
        callback_url=_callback_url,
        clock=time.time,
        sleep=time.sleep,
        random=random.Random(),  # noqa: S311  # jitter and seeds of pictures, no secret
        time_left=lambda: 0.0,
        beside=in_a_thread,
    )


def _callback_url(job: Job) -> str | None:
    from darkroom.wavespeed.callback_token import CallbackTarget, callback_url

    if not settings().callbacks or job.attempt is None:
        return None
    key = adapters.signing_key().value().encode()
    target = CallbackTarget(job.tenant, job.id, job.attempt.id, job.attempt.key_version)
    return callback_url(settings().public_url, key, target)


def _webhook_formats() -> WebhookFormats:
    from darkroom.faces.wavespeed.webhook_body import prediction_body
    from darkroom.webhooks.event import event_body
    from darkroom.webhooks.formats import WebhookFormats

    base_url = settings().public_url
    return WebhookFormats(
        lambda job: event_body(job, base_url=base_url, link=_output_link, uri=adapters.images_bucket().uri),
        lambda job: prediction_body(job, base_url=base_url, link=_output_link),
    )


def _output_link(s3_key: str, expires_at: int) -> str:
    from darkroom.links import output_link

    key = adapters.signing_key().value().encode()
    return output_link(settings().public_url, key, s3_key, expires_at)
