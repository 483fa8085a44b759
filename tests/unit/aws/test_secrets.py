"""A secret is read seldom, read again when it was refused, and kept in use while AWS is down."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from darkroom.aws.secrets import SecretValue
from darkroom.ports import ThrottledError
from memory.clock import FakeClock


class FakeSecretsManager:
    def __init__(self) -> None:
        self.value = "first"
        self.reads = 0
        self.is_down = False

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803  # botocore's own name
        assert SecretId == "arn:secret"
        self.reads += 1
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://secretsmanager.test")
        return {"SecretString": self.value}


@pytest.fixture
def manager() -> FakeSecretsManager:
    return FakeSecretsManager()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def secret(manager: Any, clock: FakeClock) -> SecretValue:
    return SecretValue(manager, "arn:secret", clock)


def test_a_secret_is_read_once_in_five_minutes(
    secret: SecretValue, manager: FakeSecretsManager, clock: FakeClock
) -> None:
    assert secret.value() == "first"
    manager.value = "second"
    clock.advance(299)
    assert (secret.value(), manager.reads) == ("first", 1)
    clock.advance(1)
    assert (secret.value(), manager.reads) == ("second", 2)


def test_a_refused_secret_is_read_again_but_not_by_everyone(
    secret: SecretValue, manager: FakeSecretsManager, clock: FakeClock
) -> None:
    secret.value()
    clock.advance(10)
    manager.value = "second"
    assert [secret.refresh() for _ in range(20)] == ["second"] * 20
    assert manager.reads == 2


def test_an_old_secret_stays_in_use_while_aws_is_down(
    secret: SecretValue, manager: FakeSecretsManager, clock: FakeClock
) -> None:
    secret.value()
    manager.is_down = True
    clock.advance(3_600)
    assert secret.value() == "first"


def test_a_secret_never_read_is_not_made_up(secret: SecretValue, manager: FakeSecretsManager) -> None:
    manager.is_down = True
    with pytest.raises(ThrottledError):
        secret.value()
    manager.is_down = False
    assert secret.value() == "first"


def refusing(code: str) -> Any:
    class Refusing:
        def get_secret_value(self, **_: str) -> dict[str, str]:
            raise ClientError({"Error": {"Code": code}}, "GetSecretValue")

    return Refusing()


def test_a_secret_without_a_value_yet_is_empty(clock: FakeClock) -> None:
    assert SecretValue(refusing("ResourceNotFoundException"), "arn:secret", clock).value() == ""


@pytest.mark.parametrize("code", ["AccessDeniedException", "InvalidRequestException"])
def test_a_secret_that_is_refused_is_one_that_can_not_be_read_now(code: str, clock: FakeClock) -> None:
    with pytest.raises(ThrottledError):
        SecretValue(refusing(code), "arn:secret", clock).value()
