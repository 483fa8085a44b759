"""Who may do what with a sub-account, until when its keys hold, and what a repeated request makes."""

import pytest

from darkroom import upstream_adapters
from darkroom.aws.upstream_key_registry import UpstreamKeyRegistry
from darkroom.ports import KeyRemovedError, ThrottledError
from functional.accounts import SHOP, AccountsApi, Reply

pytestmark = pytest.mark.usefixtures("stack")


def test_a_removed_ones_keys_are_refused_and_removing_it_again_is_404(
    accounts_api: AccountsApi, owner: str
) -> None:
    sub_account = accounts_api.made(owner)
    reply = accounts_api.call(owner, "delete-sub-account", sub_account["id"])
    assert (reply.status, reply.body) == (200, {"status": "ok"})
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        accounts_api.authorizer_context(sub_account["key"])
    assert accounts_api.call(owner, "delete-sub-account", sub_account["id"]).status == 404
    assert accounts_api.call(owner, "get-sub-account", sub_account["id"]).status == 404
    assert accounts_api.call(owner, "list-sub-accounts").body["data"] == []


def test_its_own_upstream_key_goes_with_it_and_nobody_elses(
    accounts_api: AccountsApi, owner: str, rival: str
) -> None:
    removed, kept = (accounts_api.made(owner)["id"] for _ in range(2))
    registry = upstream_adapters.own_key_registry()
    for tenant in (removed, kept, "acme"):
        registry.register(tenant, "obviously-fake-upstream-key", 1.0)
    assert accounts_api.call(rival, "delete-sub-account", removed).status == 404
    assert registry.find(removed) is not None
    assert accounts_api.call(owner, "delete-sub-account", removed).status == 200
    with pytest.raises(KeyRemovedError):
        upstream_adapters.own_keys().current(removed)
    for tenant in (kept, "acme"):
        assert registry.find(tenant) is not None


def test_a_removal_that_failed_half_way_can_be_repeated(
    accounts_api: AccountsApi, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = accounts_api.made(owner)["id"]
    registry = upstream_adapters.own_key_registry()
    registry.register(tenant, "obviously-fake-upstream-key", 1.0)

    def busy(self: UpstreamKeyRegistry, tenant: str) -> None:
        raise ThrottledError

    with monkeypatch.context() as patch:
        patch.setattr(UpstreamKeyRegistry, "_delete", busy)
        assert accounts_api.call(owner, "delete-sub-account", tenant).status == 503
    assert accounts_api.call(owner, "delete-sub-account", tenant).status == 200
    with pytest.raises(KeyRemovedError):
        upstream_adapters.own_keys().current(tenant)


NAMED = ("get-sub-account", "change-sub-account", "delete-sub-account")


@pytest.mark.parametrize("name", NAMED)
def test_another_owners_is_answered_as_an_unknown_one(
    accounts_api: AccountsApi, owner: str, rival: str, name: str
) -> None:
    theirs = accounts_api.made(owner)["id"]
    removed = accounts_api.made(rival)["id"]
    accounts_api.call(rival, "delete-sub-account", removed)

    def ask(path_id: str) -> Reply:
        return accounts_api.call(rival, name, path_id, body={} if name.startswith("change") else None)

    unknown = ask("sub-unknown")
    assert unknown.status == 404
    for path_id in (theirs, removed, "acme", "rival", "x" * 3000):
        assert (ask(path_id).status, ask(path_id).text) == (404, unknown.text)
    assert accounts_api.call(owner, "get-sub-account", theirs).status == 200


@pytest.mark.parametrize("name", ["create-sub-account", "list-sub-accounts", *NAMED])
def test_a_sub_account_has_none_of_its_own(accounts_api: AccountsApi, owner: str, name: str) -> None:
    sub_account = accounts_api.made(owner)
    body = {"name": "x"} if name.startswith(("create", "change")) else None
    path_id = sub_account["id"] if name in NAMED else None
    reply = accounts_api.call(sub_account["key"], name, path_id, body=body)
    assert (reply.status, reply.body["error"]["code"]) == (403, "not_allowed")


def test_a_repeat_with_its_key_is_the_same_one_with_one_more_key(
    accounts_api: AccountsApi, owner: str, rival: str
) -> None:
    once = {"Idempotency-Key": "shop-1"}
    first = accounts_api.call(owner, "create-sub-account", body=SHOP, headers=once)
    again = accounts_api.call(owner, "create-sub-account", body=SHOP, headers=once)
    other = accounts_api.call(rival, "create-sub-account", body=SHOP, headers=once)
    assert (first.status, again.status) == (201, 201)
    assert first.body["id"] == again.body["id"] != other.body["id"]
    assert first.body["key"] != again.body["key"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    for reply in (first, again):
        assert accounts_api.authorizer_context(reply.body["key"])["tenant"] == first.body["id"]
    assert len(accounts_api.call(owner, "list-sub-accounts").body["data"]) == 1


def test_a_key_used_with_another_body_or_for_a_removed_one_is_refused(
    accounts_api: AccountsApi, owner: str
) -> None:
    once = {"Idempotency-Key": "shop-1"}
    first = accounts_api.call(owner, "create-sub-account", body=SHOP, headers=once)
    reused = accounts_api.call(owner, "create-sub-account", body=SHOP | {"name": "b"}, headers=once)
    assert (reused.status, reused.body["error"]["code"]) == (422, "idempotency_key_reused")
    accounts_api.call(owner, "delete-sub-account", first.body["id"])
    gone = accounts_api.call(owner, "create-sub-account", body=SHOP, headers=once)
    assert (gone.status, gone.body["error"]["code"]) == (409, "sub_account_removed")


def test_no_key_and_no_secret_stands_in_a_log_line(
    accounts_api: AccountsApi, owner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sub_account = accounts_api.made(owner)
    secret = accounts_api.call(sub_account["key"], "rotate-webhook-secret").body["secret"]
    accounts_api.call(owner, "create-sub-account", body={"name": "x", "key": "sent-by-mistake"})
    accounts_api.call(owner, "delete-sub-account", sub_account["id"])
    printed = "".join(capsys.readouterr())
    for word in (owner, sub_account["key"], secret, "sent-by-mistake"):
        assert word not in printed
