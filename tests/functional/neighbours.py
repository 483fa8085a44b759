"""Two tenants on one stack: `acme`, who has a bit of everything, and `rival`, who has nothing and asks."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from werkzeug.test import Client

from darkroom import accounts_wiring, adapters, upstream_adapters
from darkroom.jobs.job import Job
from darkroom.jobs.request import WebhookFormat
from darkroom.ports import JobsFilter
from darkroom.settings import settings
from functional import jobs
from functional.aws import client
from functional.gateway import STAGE, Gateway

ACME_WORDS = ("acme", "a secret garden", "spring of theirs")
"""Of what `acme` has said; its ids and secrets come on top of them."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    acme: str
    """Its API key."""
    rival: str
    job_ids: tuple[str, ...]
    sub_account_ids: tuple[str, ...]
    secrets: tuple[str, ...]
    links: tuple[str, ...]
    """Paths of signed links to acme's pictures, and cursors of its lists."""

    def ask(
        self, api_key: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        sent = {"Authorization": f"Bearer {api_key}", "Accept": "*/*", **(headers or {})}
        data = None if body is None else json.dumps(body)
        answer = Client(_gateway()).open(STAGE + path, method=method, data=data, headers=sent)
        return Reply(answer.status_code, answer.get_data().decode(errors="replace"))

    @property
    def words(self) -> tuple[str, ...]:
        """None of them may stand in an answer to the rival."""
        return (*ACME_WORDS, *self.job_ids, *self.sub_account_ids, *self.secrets)

    def all_of_acmes(self) -> object:
        """As it is stored, to be compared before and after."""
        shown = [
            self.ask(self.acme, "GET", path)
            for path in ("/v1/sub-accounts", "/v1/webhook-secret", "/v1/upstream-key")
        ]
        stored = [adapters.jobs_table().get("acme", job_id) for job_id in self.job_ids]
        return shown, stored, adapters.jobs_table().list("acme", JobsFilter(), 100, None)


@cache
def _gateway() -> Gateway:
    return Gateway()


def neighbours() -> Neighbours:
    """In a fresh stack."""
    create = adapters.accounts_table().create_tenant
    acme, rival = (create(name, time.time()).api_key for name in ("acme", "rival"))
    secret = accounts_wiring.secret_keeper().secrets("acme")[-1].secret
    key = "wavespeed-key-of-acme-alone"
    upstream_adapters.own_key_registry().register("acme", key, time.time())
    made = _jobs()
    world = Neighbours(acme, rival, tuple(job.id for job in made), (), (secret, key), ())
    sub_account = json.loads(
        world.ask(acme, "POST", "/v1/sub-accounts", {"name": "acme's shop", "spend_cap_cents": 5}).text
    )
    signed = json.loads(world.ask(acme, "GET", f"/v1/files/jobs/{made[-1].id}/0.jpg/signed").text)["url"]
    return Neighbours(
        acme,
        rival,
        world.job_ids,
        (sub_account["id"],),
        (*world.secrets, sub_account["key"]),
        (signed.split(STAGE)[1],),
    )


def _jobs() -> list[Job]:
    said: dict[str, Any] = {
        "prompt": ACME_WORDS[1],
        "tag": ACME_WORDS[2],
        "webhook_url": "https://hooks.acme.example.com/darkroom",
    }
    make: list[Callable[[], Job]] = [
        lambda: jobs.queued(**said),
        lambda: jobs.processing(**said, webhook_format=WebhookFormat.PREDICTION),
        lambda: jobs.completed(**said),
    ]
    made = [each() for each in make]
    key = made[-1].outputs[0].key
    client("s3").put_object(Bucket=settings().images_bucket, Key=key, Body=b"acme's picture")
    return made
