"""The webhook secret through the handlers, and what webhooks are signed with after a rotation."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom import adapters
from darkroom.aws.webhook_secrets import SsmWebhookSecrets
from darkroom.observability import logger
from darkroom.settings import settings
from functional.accounts import AccountsApi

pytestmark = pytest.mark.usefixtures("stack")


def signing(tenant: str = "acme") -> list[str]:
    return list(SsmWebhookSecrets(adapters.clients().ssm, settings().tenant_parameters).secrets(tenant))


def test_a_tenant_without_a_secret_gets_its_first_and_webhooks_are_signed_with_it(
    accounts_api: AccountsApi, owner: str
) -> None:
    reply = accounts_api.call(owner, "get-webhook-secret")
    assert reply.status == 200
    assert reply.body == {"secret": signing()[0], "expiring": []}
    assert reply.headers["cache-control"] == "no-store"
    assert accounts_api.call(owner, "get-webhook-secret").body == reply.body


def test_after_a_rotation_both_sign_and_the_new_one_is_last(accounts_api: AccountsApi, owner: str) -> None:
    old = accounts_api.call(owner, "get-webhook-secret").body["secret"]
    rotated = accounts_api.call(owner, "rotate-webhook-secret")
    assert rotated.status == 200
    assert signing() == [old, rotated.body["secret"]]
    assert old not in rotated.text
    [expiring] = rotated.body["expiring"]
    assert expiring["expires_at"] == pytest.approx(time.time() + 24 * 3600, abs=60)
    assert accounts_api.call(owner, "get-webhook-secret").body == rotated.body


def test_wavespeeds_route_shows_the_same_newest_secret_in_its_envelope(
    accounts_api: AccountsApi, owner: str
) -> None:
    newest = accounts_api.call(owner, "rotate-webhook-secret").body["secret"]
    reply = accounts_api.call(owner, "get-wavespeed-webhook-secret")
    assert reply.body == {"code": 200, "message": "success", "data": {"secret": newest}}


def test_a_repeat_with_its_key_rotates_nothing(accounts_api: AccountsApi, owner: str, rival: str) -> None:
    once = {"Idempotency-Key": "rotation-1"}
    first = accounts_api.call(owner, "rotate-webhook-secret", headers=once).body
    assert accounts_api.call(owner, "rotate-webhook-secret", headers=once).body == first
    assert len(signing()) == 2
    assert accounts_api.call(rival, "rotate-webhook-secret", headers=once).body["secret"] not in signing()


def test_a_sixth_secret_is_refused_with_the_time_at_which_it_can_be_had(
    accounts_api: AccountsApi, owner: str
) -> None:
    for _ in range(4):
        assert accounts_api.call(owner, "rotate-webhook-secret").status == 200
    before = signing()
    refused = accounts_api.call(owner, "rotate-webhook-secret")
    assert (refused.status, refused.body["error"]["code"]) == (429, "too_many_rotations")
    assert 24 * 3600 - 60 < int(refused.headers["retry-after"]) <= 24 * 3600 + 1
    assert signing() == before


@pytest.mark.parametrize("body", ["", "{}", None])
def test_a_rotation_needs_no_body(accounts_api: AccountsApi, owner: str, body: Any) -> None:
    assert accounts_api.call(owner, "rotate-webhook-secret", body=body).status == 200


@pytest.mark.parametrize("body", ['{"secret": "whsec_mine"}', "[]", "x"])
def test_a_body_that_asks_for_more_is_refused(accounts_api: AccountsApi, owner: str, body: str) -> None:
    reply = accounts_api.call(owner, "rotate-webhook-secret", body=body)
    assert (reply.status, reply.body["error"]["code"]) == (422, "invalid_parameter")
    assert signing() == []


def test_tenants_have_secrets_of_their_own(accounts_api: AccountsApi, owner: str, rival: str) -> None:
    ours = accounts_api.call(owner, "get-webhook-secret").body["secret"]
    theirs = accounts_api.call(rival, "get-webhook-secret").body["secret"]
    assert ours != theirs
    accounts_api.call(rival, "rotate-webhook-secret")
    assert signing() == [ours]


@pytest.mark.parametrize("code", ["ParameterLimitExceeded", "TooManyUpdates"])
def test_where_no_parameter_can_be_written_the_answer_is_to_try_again_and_the_log_says_why(
    accounts_api: AccountsApi, owner: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def full(**request: Any) -> None:
        raise ClientError({"Error": {"Code": code}}, "PutParameter")

    monkeypatch.setattr(adapters.clients().ssm, "put_parameter", full)
    logged: list[Any] = []
    monkeypatch.setattr(logger(), "warning", lambda message, **fields: logged.append((message, fields)))
    reply = accounts_api.call(owner, "get-webhook-secret")
    assert (reply.status, reply.body["error"]["code"]) == (503, "try_again")
    assert logged == [("busy", {"extra": {"reason": code}})]
