"""Webhook secrets in Parameter Store: rotations, and how long a process keeps what it read."""

from typing import Any

import pytest

from contract.test_webhook_secrets import FIRST, SECOND, put
from darkroom.aws.clients import Clients
from darkroom.aws.webhook_secrets import SsmWebhookSecrets
from memory.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def secrets(clients: Clients, clock: FakeClock) -> SsmWebhookSecrets:
    return SsmWebhookSecrets(clients.ssm, "/stack/tenants", clock)


def test_an_old_secret_ends_at_its_time(
    clients: Clients, secrets: SsmWebhookSecrets, clock: FakeClock
) -> None:
    put(clients, "acme", [(SECOND, None), (FIRST, clock.now + 30)])
    assert list(secrets.secrets("acme")) == [SECOND, FIRST]
    clock.advance(30)
    assert list(secrets.secrets("acme")) == [SECOND]


def test_a_rotation_elsewhere_is_seen_within_a_minute(
    clients: Clients, secrets: SsmWebhookSecrets, clock: FakeClock
) -> None:
    put(clients, "acme", [(FIRST, None)])
    secrets.secrets("acme")
    put(clients, "acme", [(SECOND, None)])
    clock.advance(59)
    assert list(secrets.secrets("acme")) == [FIRST]
    clock.advance(1)
    assert list(secrets.secrets("acme")) == [SECOND]


def test_a_stored_secret_holds_at_once_and_is_encrypted(clients: Clients, secrets: SsmWebhookSecrets) -> None:
    put(clients, "acme", [(FIRST, None)])
    secrets.secrets("acme")
    secrets.store("acme", SECOND)
    assert list(secrets.secrets("acme")) == [SECOND]
    listed: Any = clients.ssm.describe_parameters()["Parameters"]
    assert [parameter["Type"] for parameter in listed] == ["SecureString"]
