"""The tenant `acme` and its upstream keys, for the tests of `/v1/upstream-key` and of what runs on them."""

import json
import time
from dataclasses import dataclass
from typing import Any

from darkroom import adapters
from darkroom.jobs.job import Job
from functional.accounts import AccountsApi, Reply
from functional.workers import Workers
from submit.app import lambda_handler as submit

OWN, SECRET = "wsk-obviously-fake-own-key-0002", "whsec_bm90LWEtcmVhbC1zZWNyZXQtMDAwMg=="
OTHER, OTHER_SECRET = "wsk-obviously-fake-own-key-0003", "whsec_bm90LWEtcmVhbC1zZWNyZXQtMDAwMw=="
STACKS, OWNS, OTHERS = "…0001", "…0002", "…0003"
"""How the simulator's statistics name the accounts."""


@dataclass
class Tenant:
    """The tenant `acme`, as its HTTP client sees the API."""

    api: AccountsApi
    api_key: str
    workers: Workers

    def put(self, body: object) -> Reply:
        return self.api.call(self.api_key, "put-upstream-key", body=body)

    def register(self, key: str) -> None:
        assert self.put({"api_key": key}).status == 200

    def get(self) -> Any:
        return self.api.call(self.api_key, "get-upstream-key").body

    def delete(self) -> Any:
        return self.api.call(self.api_key, "delete-upstream-key").body

    def submit(self, **fields: Any) -> Job:
        event = self.workers.event("submit-create-job")
        event["requestContext"]["authorizer"] = self.api.authorizer_context(self.api_key)
        event["headers"].pop("Idempotency-Key", None)
        given = {
            "prompt": "a quiet harbour",
            "size": "512*512",
            "webhook_url": f"{self.workers.receiver.url}/h",
        }
        event["body"] = json.dumps({"model": "dreamina-v3.1", **given, **fields})
        reply = submit(event, self.workers.context)
        assert reply["statusCode"] == 202, reply["body"]
        job = adapters.jobs_table().get("acme", json.loads(reply["body"])["id"])
        assert job is not None
        return job

    def charged(self) -> dict[str, int]:
        return self.workers.simulator.stats().accepted_by_account


def acme(workers: Workers, event: Any, context: Any) -> Tenant:
    """A new tenant, and two accounts at upstream that it may bring the keys of."""
    workers.simulator.open_account(OWN, SECRET)
    workers.simulator.open_account(OTHER, OTHER_SECRET)
    key = adapters.accounts_table().create_tenant("acme", time.time())
    return Tenant(AccountsApi(event, context), key.api_key, workers)
