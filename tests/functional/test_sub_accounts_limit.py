"""An owner at its limit of sub-accounts, and a store that is at its own."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom import adapters
from functional.accounts import SHOP, AccountsApi

pytestmark = pytest.mark.usefixtures("stack")


def test_at_the_limit_the_answer_is_409_and_no_secret_is_left_behind(
    accounts_api: AccountsApi, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.aws.sub_accounts.MAX_SUB_ACCOUNTS", 1)
    first = accounts_api.made(owner)
    refused = accounts_api.call(owner, "create-sub-account", body=SHOP)
    assert (refused.status, refused.body["error"]["code"]) == (409, "too_many_sub_accounts")
    parameters = adapters.clients().ssm.describe_parameters()["Parameters"]
    assert [each["Name"].split("/")[-2] for each in parameters if "/sub-" in each["Name"]] == [first["id"]]


def test_one_whose_secret_could_not_be_written_gets_it_at_the_first_look(
    accounts_api: AccountsApi, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**request: Any) -> None:
        raise ClientError({"Error": {"Code": "ParameterLimitExceeded"}}, "PutParameter")

    with monkeypatch.context() as patch:
        patch.setattr(adapters.clients().ssm, "put_parameter", full)
        sub_account = accounts_api.made(owner)
    own = accounts_api.call(sub_account["key"], "get-webhook-secret").body["secret"]
    assert own.startswith("whsec_")
