"""`/v1/upstream-key` through the handler: what is taken, what is shown, and what is never repeated."""

import hashlib
import time
from typing import Any

import pytest

from darkroom.aws.upstream_key_registry import TooManyKeysError, UpstreamKeyRegistry
from functional.own_key import OTHER, OWN, Tenant, acme
from functional.workers import Workers


@pytest.fixture
def tenant(workers: Workers, event: Any, context: Any) -> Tenant:
    return acme(workers, event, context)


def test_a_key_is_registered_shown_by_its_fingerprint_and_removed(tenant: Tenant) -> None:
    assert tenant.get() == {"configured": False}
    before = int(time.time())
    shown = tenant.put({"api_key": OWN}).body
    assert shown == tenant.get()
    assert shown["configured"] is True
    assert before <= shown["created_at"] <= time.time()
    assert shown["fingerprint"] == hashlib.sha256(OWN.encode()).hexdigest()[:8]
    assert [tenant.delete(), tenant.delete(), tenant.get()] == [{"configured": False}] * 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"api_key": ""},
        {"api_key": "short"},
        {"api_key": "with a space"},
        {"api_key": "with-a-line-break\n"},
        {"api_key": "ünïcode-key"},
        {"api_key": "x" * 513},
        {"api_key": 12345678},
        {"api_key": None},
        {"api_key": ["wsk-in-a-list"]},
        {"api_key": "\ud800-surrogate"},
        {"api_key": OWN, "key": "one-too-many"},
        {"wsk-in-the-wrong-place": True},
    ],
)
def test_what_cannot_be_a_key_is_422_and_not_repeated(tenant: Tenant, body: dict[str, Any]) -> None:
    reply = tenant.put(body)
    assert (reply.status, reply.body["error"]["code"]) == (422, "invalid_parameter")
    texts = [str(part) for part in (*body.keys(), *body.values()) if len(str(part)) > 7]
    assert not [text for text in texts if text in reply.text and text != "api_key"]
    assert tenant.get() == {"configured": False}


@pytest.mark.parametrize(("body", "status"), [("{", 400), ("[]", 400), ("", 400), ("x" * 70_000, 413)])
def test_what_is_no_object_is_refused(tenant: Tenant, body: str, status: int) -> None:
    assert tenant.put(body).status == status


def test_a_key_that_upstream_refuses_is_not_taken(tenant: Tenant) -> None:
    reply = tenant.put({"api_key": "wsk-nobody-knows-this-one"})
    assert (reply.status, reply.body["error"]["code"]) == (422, "upstream_key_refused")
    assert tenant.get() == {"configured": False}


def test_a_refused_key_leaves_the_one_before_in_place(tenant: Tenant) -> None:
    tenant.register(OWN)
    tenant.put({"api_key": "wsk-nobody-knows-this-one"})
    assert tenant.get()["fingerprint"] == hashlib.sha256(OWN.encode()).hexdigest()[:8]


def test_a_key_replaced_too_often_is_429_for_an_hour_and_the_one_before_stays(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant.register(OWN)

    def full(self: UpstreamKeyRegistry, name: str, value: object) -> None:
        raise TooManyKeysError

    monkeypatch.setattr(UpstreamKeyRegistry, "_update", full)
    reply = tenant.put({"api_key": OTHER})
    assert (reply.status, reply.body["error"]["code"]) == (429, "too_many_keys")
    assert reply.headers["retry-after"] == "3600"
    tenant.register(OWN)


def test_a_key_that_cannot_be_checked_is_taken_with_a_note(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.wavespeed.client.WaveSpeed.knows_key", lambda self: None)
    reply = tenant.put({"api_key": OWN})
    assert (reply.status, reply.body["configured"]) == (200, True)
    assert "could not be asked" in reply.body["note"]
    assert "note" not in tenant.get()
