"""Rotations on Parameter Store and AccountsTable: one at a time, none lost, none made twice."""

import json
from collections.abc import Iterator
from itertools import count

import pytest

from contract.test_webhook_secrets import FIRST, put
from darkroom.aws.clients import Clients
from darkroom.aws.rotation_turns import STALE_SECONDS, TURN_SECONDS, DynamoRotationTurns
from darkroom.aws.webhook_secrets import SecretParameters, SsmWebhookSecrets
from darkroom.ports import ThrottledError
from darkroom.usecases.webhook_secret import RotationUnderWayError, SecretKeeper
from darkroom.webhooks.rotation import Secrets, StoredSecrets
from memory.clock import FakeClock

PREFIX = "/stack/tenants"


class StaleParameters(SecretParameters):
    """Answers with what it has read first."""

    def read(self, tenant: str) -> StoredSecrets | None:
        self.first = getattr(self, "first", None) or super().read(tenant)
        return self.first


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def turns(clients: Clients, accounts_table_name: str) -> DynamoRotationTurns:
    return DynamoRotationTurns(clients.dynamodb, accounts_table_name)


@pytest.fixture
def keeper(clients: Clients, turns: DynamoRotationTurns, clock: FakeClock) -> SecretKeeper:
    return keeper_on(SecretParameters(clients.ssm, PREFIX), turns, clock)


def keeper_on(parameters: SecretParameters, turns: DynamoRotationTurns, clock: FakeClock) -> SecretKeeper:
    numbers: Iterator[int] = count(1)
    return SecretKeeper(parameters, turns, lambda: f"whsec_{next(numbers)}", clock)


def texts(secrets: Secrets) -> list[str]:
    return [each.secret for each in secrets]


def test_a_tenant_without_a_secret_gets_one_and_keeps_it(keeper: SecretKeeper) -> None:
    assert texts(keeper.secrets("acme")) == ["whsec_1"]
    assert texts(keeper.secrets("acme")) == ["whsec_1"]


def test_what_was_stored_before_rotations_were_offered_is_read(
    keeper: SecretKeeper, clients: Clients
) -> None:
    put(clients, "acme", [(FIRST, None)])
    assert texts(keeper.secrets("acme")) == [FIRST]


def test_a_rotation_signs_with_both_and_with_the_new_one_last(
    keeper: SecretKeeper, clients: Clients, clock: FakeClock
) -> None:
    put(clients, "acme", [(FIRST, None)])
    assert texts(keeper.rotate("acme", None)) == [FIRST, "whsec_1"]
    signer = SsmWebhookSecrets(clients.ssm, PREFIX, clock)
    assert list(signer.secrets("acme")) == [FIRST, "whsec_1"]
    clock.advance(24 * 3600)
    assert list(signer.secrets("acme")) == ["whsec_1"]


def test_a_repeat_answers_with_the_secret_it_made_and_rotates_nothing(keeper: SecretKeeper) -> None:
    first = keeper.rotate("acme", "once")
    assert texts(keeper.rotate("acme", "once")) == texts(first)
    between = keeper.rotate("acme", "another")
    assert texts(keeper.rotate("acme", "once"))[-1] == texts(first)[-1]
    assert texts(keeper.secrets("acme")) == texts(between)


def test_the_idempotency_key_itself_is_not_stored(keeper: SecretKeeper, clients: Clients) -> None:
    keeper.rotate("acme", "a-telling-key")
    stored = clients.ssm.get_parameter(Name=f"{PREFIX}/acme/webhook-secret", WithDecryption=True)
    document = json.loads(stored["Parameter"]["Value"])
    assert document["secrets"][-1]["made_by"]
    assert "a-telling-key" not in stored["Parameter"]["Value"]


def test_while_one_rotates_another_is_told_so(
    keeper: SecretKeeper, turns: DynamoRotationTurns, clock: FakeClock
) -> None:
    turn = turns.take("acme", clock())
    assert turn is not None
    with pytest.raises(RotationUnderWayError):
        keeper.rotate("acme", None)
    assert len(keeper.rotate("rival", None)) == 2
    turns.end("acme", turn, 1)
    assert len(keeper.rotate("acme", None)) == 2


def test_a_turn_whose_holder_died_ends_by_itself(
    keeper: SecretKeeper, turns: DynamoRotationTurns, clock: FakeClock
) -> None:
    died = turns.take("acme", clock())
    assert died is not None
    clock.advance(TURN_SECONDS + 1)
    current = turns.take("acme", clock())
    assert current is not None
    turns.end("acme", died, 7)  # too late: it is not his any more
    assert turns.take("acme", clock()) is None
    turns.end("acme", current, 1)
    assert len(keeper.rotate("acme", None)) == 2


def test_a_refused_rotation_gives_its_turn_back(keeper: SecretKeeper, clock: FakeClock) -> None:
    for _ in range(4):
        keeper.rotate("acme", None)
    for _ in range(2):
        with pytest.raises(Exception, match="5 secrets sign already"):
            keeper.rotate("acme", None)


def test_a_rotation_is_never_built_on_an_older_version_than_the_last_one_wrote(
    clients: Clients, turns: DynamoRotationTurns, clock: FakeClock
) -> None:
    keeper = keeper_on(StaleParameters(clients.ssm, PREFIX), turns, clock)
    keeper.secrets("acme")
    keeper.secrets("acme")
    rotated = keeper.rotate("acme", None)
    with pytest.raises(ThrottledError):
        keeper.rotate("acme", None)
    fresh = keeper_on(SecretParameters(clients.ssm, PREFIX), turns, clock)
    assert texts(fresh.secrets("acme")) == texts(rotated)


def deleted(clients: Clients) -> None:
    clients.ssm.delete_parameter(Name=f"{PREFIX}/acme/webhook-secret")


def test_a_secret_that_was_deleted_is_made_anew_by_a_rotation_and_rotated_on(
    keeper: SecretKeeper, clients: Clients
) -> None:
    for _ in range(3):
        keeper.rotate("acme", None)
    deleted(clients)
    assert len(keeper.rotate("acme", None)) == 2
    assert len(keeper.rotate("acme", None)) == 3


def test_one_that_was_made_anew_outside_of_a_rotation_can_be_rotated_after_an_hour(
    keeper: SecretKeeper, clients: Clients, clock: FakeClock
) -> None:
    for _ in range(3):
        keeper.rotate("acme", None)
    deleted(clients)
    keeper.secrets("acme")
    with pytest.raises(ThrottledError):
        keeper.rotate("acme", None)
    clock.advance(STALE_SECONDS + TURN_SECONDS)
    assert len(keeper.rotate("acme", None)) == 2
    assert len(keeper.rotate("acme", None)) == 3
