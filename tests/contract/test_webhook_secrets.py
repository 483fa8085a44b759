"""What every WebhookSecrets does: the fake that the tests run on, and the one on Parameter Store."""

import json
from collections.abc import Callable

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.webhook_secrets import SsmWebhookSecrets
from darkroom.ports import WebhookSecrets
from memory.webhook_secrets import MemoryWebhookSecrets

FIRST = "whsec_" + "Rmlyc3QgZmFrZSBzZWNyZXQgZm9yIHRlc3RzIG9ubHk="
SECOND = "whsec_" + "U2Vjb25kIGZha2Ugc2VjcmV0IGZvciB0ZXN0cyBvbmw="

NewSecrets = Callable[[dict[str, list[str]]], WebhookSecrets]


@pytest.fixture(params=["memory", "ssm"])
def new_secrets(request: pytest.FixtureRequest) -> NewSecrets:
    if request.param == "memory":
        return MemoryWebhookSecrets
    clients: Clients = request.getfixturevalue("clients")

    def ssm_secrets(by_tenant: dict[str, list[str]]) -> WebhookSecrets:
        for tenant, secrets in by_tenant.items():
            put(clients, tenant, [(secret, None) for secret in secrets])
        return SsmWebhookSecrets(clients.ssm, "/stack/tenants")

    return ssm_secrets


def put(clients: Clients, tenant: str, secrets: list[tuple[str, float | None]]) -> None:
    document = {"secrets": [{"secret": secret, "expires_at": ends} for secret, ends in secrets]}
    clients.ssm.put_parameter(
        Name=f"/stack/tenants/{tenant}/webhook-secret",
        Value=json.dumps(document),
        Type="SecureString",
        Overwrite=True,
    )


def test_a_tenant_s_own_secrets_are_given_in_their_order(new_secrets: NewSecrets) -> None:
    secrets = new_secrets({"acme": [SECOND, FIRST], "rival": [FIRST]})
    assert list(secrets.secrets("acme")) == [SECOND, FIRST]
    assert list(secrets.secrets("rival")) == [FIRST]


def test_a_tenant_without_a_secret_has_none(new_secrets: NewSecrets) -> None:
    assert list(new_secrets({}).secrets("acme")) == []
