"""What every InferenceTimesTable does: the fake, and the one on DynamoDB."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from darkroom.aws.inference_times import DynamoInferenceTimes
from darkroom.jobs.catalogue import DREAMINA_V31, SEEDREAM_V31
from darkroom.jobs.inference_times import EDGES, InferenceTimes
from darkroom.ports import InferenceTimesTable, ThrottledError
from memory.inference_times import MemoryInferenceTimes

MODEL = DREAMINA_V31.id


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> InferenceTimesTable:
    if request.param == "memory":
        return MemoryInferenceTimes()
    client = request.getfixturevalue("clients").dynamodb
    return DynamoInferenceTimes(client, request.getfixturevalue("accounts_table_name"))


def standing(times: InferenceTimes) -> tuple[dict[int, int], int]:
    return {bucket: count for bucket, count in times.counts.items() if count}, times.generation


def test_of_a_model_never_seen_nothing_is_counted(table: InferenceTimesTable) -> None:
    assert standing(table.read(MODEL)) == ({}, 0)


def test_what_is_added_adds_up_and_is_read_back(table: InferenceTimesTable) -> None:
    assert standing(table.add(MODEL, {0: 2, 12: 1})) == ({0: 2, 12: 1}, 0)
    assert standing(table.add(MODEL, {12: 3, len(EDGES) - 1: 1})) == ({0: 2, 12: 4, len(EDGES) - 1: 1}, 0)
    assert table.read(MODEL) == table.add(MODEL, {0: 0})


def test_models_are_counted_apart(table: InferenceTimesTable) -> None:
    table.add(MODEL, {3: 1})
    assert standing(table.read(SEEDREAM_V31.id)) == ({}, 0)


def test_fading_halves_what_was_seen_and_leaves_what_came_since(table: InferenceTimesTable) -> None:
    seen = table.add(MODEL, {3: 100, 5: 7})
    table.add(MODEL, {3: 10, 9: 1})
    table.fade(MODEL, seen)
    assert standing(table.read(MODEL)) == ({3: 60, 5: 4, 9: 1}, 1)


def test_of_two_who_see_the_same_one_fades(table: InferenceTimesTable) -> None:
    seen = table.add(MODEL, {3: 100})
    table.fade(MODEL, seen)
    table.fade(MODEL, seen)
    assert standing(table.read(MODEL)) == ({3: 50}, 1)
    table.fade(MODEL, table.read(MODEL))
    table.fade(MODEL, seen)
    assert standing(table.read(MODEL)) == ({3: 25}, 2)


class Refusing:
    """A client that answers everything with one error."""

    class exceptions:  # noqa: N801  # botocore's name
        class ConditionalCheckFailedException(ClientError):  # noqa: N818  # DynamoDB's name
            pass

    def __init__(self, error: Exception) -> None:
        self._error = error

    def _refuse(self, **_: Any) -> Any:
        raise self._error

    get_item = update_item = _refuse


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://dynamodb.test"),
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "UpdateItem"),
        ClientError({"Error": {"Code": "ValidationException"}}, "UpdateItem"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem"),
    ],
)
def test_whatever_dynamodb_answers_no_job_is_worse_off(error: Exception) -> None:
    client: Any = Refusing(error)
    table = DynamoInferenceTimes(client, "accounts")
    with pytest.raises(ThrottledError):
        table.read(MODEL)
    with pytest.raises(ThrottledError):
        table.add(MODEL, {1: 1})
    with pytest.raises(ThrottledError):
        table.fade(MODEL, InferenceTimes({1: 4}, 0))


def test_the_item_stays_small_whatever_is_counted(clients: Any, accounts_table_name: str) -> None:
    table = DynamoInferenceTimes(clients.dynamodb, accounts_table_name)
    table.add(MODEL, dict.fromkeys(range(len(EDGES)), 123_456))
    table.fade(MODEL, table.read(MODEL))
    [item] = clients.dynamodb.scan(TableName=accounts_table_name)["Items"]
    assert item["pk"] == {"S": f"MODEL#{MODEL}"}
    assert sum(len(name) + len(str(value)) for name, value in item.items()) < 1_024
