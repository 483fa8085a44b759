"""Whatever DynamoDB answers to the reads behind a place in line, the job is shown, without its place."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom.aws.backlog import DynamoBacklog
from darkroom.aws.permits import DynamoPermits
from darkroom.jobs.permits import PermitLimits
from darkroom.usecases.place_in_line import PlacesInLine
from memory.jobs import a_job

NOW = 1_760_000_000.0
LIMITS = PermitLimits(images_per_minute=10, concurrent_tasks=3, slot_seconds=600)


class Refusing:
    """A table with nothing in it, on which one operation is refused."""

    def __init__(self, refused: str, code: str) -> None:
        self._refused = refused
        self._code = code

    def get_item(self, **_: Any) -> dict[str, Any]:
        return self._answer("get_item", {})

    def query(self, **_: Any) -> dict[str, Any]:
        return self._answer("query", {"Items": []})

    def _answer(self, name: str, answer: dict[str, Any]) -> dict[str, Any]:
        if name == self._refused:
            raise ClientError({"Error": {"Code": self._code}}, name)
        return answer


def places(client: Any) -> PlacesInLine:
    permits = DynamoPermits(client, "jobs", LIMITS)
    return PlacesInLine(DynamoBacklog(client, "jobs"), lambda _: permits, lambda: NOW)


def test_where_both_are_answered_a_place_is_shown() -> None:
    assert places(Refusing("nothing", "")).of(a_job().wait()) is not None


@pytest.mark.parametrize("refused", ["get_item", "query"])
@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ValidationException", "ResourceNotFoundException"]
)
def test_a_read_that_is_refused_leaves_the_job_without_a_place(refused: str, code: str) -> None:
    assert places(Refusing(refused, code)).of(a_job().wait()) is None
