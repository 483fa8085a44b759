"""What every Joins does: the fake that the tests run on, and the one on the JobsTable."""

from dataclasses import replace
from typing import Any

import pytest

from contract.lossy import LossyClient
from darkroom.aws.clients import Clients
from darkroom.aws.joins import DynamoJoins
from darkroom.jobs.joins import OpenCall, Post
from darkroom.ports import Joins
from memory.joins import MemoryJoins

AT = 1_760_000_000.25


def a_call(group: str = "g1", started_at: float = AT, fingerprint: str = "f1") -> OpenCall:
    return OpenCall("acme", fingerprint, group, started_at, started_at, started_at + 20)


@pytest.fixture(params=["memory", "dynamodb"])
def joins(request: pytest.FixtureRequest) -> Joins:
    if request.param == "memory":
        return MemoryJoins()
    client = request.getfixturevalue("clients").dynamodb
    return DynamoJoins(client, request.getfixturevalue("jobs_table_name"))


def test_an_added_call_is_found_as_it_was(joins: Joins) -> None:
    added = joins.add(a_call())
    assert list(joins.joinable("acme", "f1", AT)) == [added]


def test_calls_are_found_the_last_one_first(joins: Joins) -> None:
    for group, started_at in (("b", AT - 2), ("a", AT - 1), ("c", AT - 3)):
        joins.add(a_call(group, started_at))
    assert [call.group for call in joins.joinable("acme", "f1", AT)] == ["a", "b", "c"]


def test_what_no_client_comes_back_for_is_not_found(joins: Joins) -> None:
    joins.add(a_call("left long ago", AT - 901))
    joins.add(replace(a_call("answered long ago", AT - 100), answered_at=AT - 31))
    joins.add(a_call("of yesterday", AT - 90_001).leased(Post(AT - 1, 2), AT))
    kept = joins.add(a_call("still coming", AT - 80_000).leased(Post(AT - 899, 2), AT - 880))
    lost = joins.add(replace(a_call("lost", AT - 100), answered_at=AT - 29))
    joins.add(a_call("failed", AT - 9).answered(AT - 1, failed=True))
    assert list(joins.joinable("acme", "f1", AT)) == [lost, kept]


def test_calls_of_the_same_millisecond_are_all_found(joins: Joins) -> None:
    for group in ("a", "b"):
        joins.add(a_call(group))
    assert {call.group for call in joins.joinable("acme", "f1", AT)} == {"a", "b"}


def test_another_request_and_another_tenant_find_nothing(joins: Joins) -> None:
    joins.add(a_call())
    assert list(joins.joinable("acme", "f2", AT)) == []
    assert list(joins.joinable("rival", "f1", AT)) == []


def test_what_was_saved_is_found(joins: Joins) -> None:
    call = joins.add(a_call())
    saved = joins.save(call.leased(Post(AT + 30, 2), AT + 50))
    assert saved is not None
    answered = joins.save(saved.answered(AT + 40))
    assert list(joins.joinable("acme", "f1", AT)) == [answered]
    assert answered is not None
    assert (answered.posted_at, answered.leased_until, answered.answered_at) == (AT + 30, AT + 40, AT + 40)
    assert answered.retries == 2


def test_a_refused_call_is_found_as_such(joins: Joins) -> None:
    call = joins.add(a_call())
    refused = joins.save(call.refused(AT + 1))
    assert refused is not None
    assert refused.refused_at == AT + 1
    assert list(joins.joinable("acme", "f1", AT)) == [refused]


def test_of_two_workers_that_read_the_same_lease_one_gets_it(joins: Joins) -> None:
    joins.add(a_call())
    [mine], [theirs] = (joins.joinable("acme", "f1", AT) for _ in range(2))
    taken = joins.save(mine.leased(Post(AT + 30, 2), AT + 50))
    assert joins.save(theirs.leased(Post(AT + 30, 2), AT + 50)) is None
    assert list(joins.joinable("acme", "f1", AT)) == [taken]


def test_whoever_has_lost_the_lease_closes_nothing(joins: Joins) -> None:
    first = joins.add(a_call())
    again = joins.save(first.leased(Post(AT + 5, 2), AT + 25))
    assert joins.save(first.answered(AT + 6)) is None
    assert joins.save(first.left(AT + 6)) is None
    assert list(joins.joinable("acme", "f1", AT)) == [again]


@pytest.mark.parametrize("retried", [True, False])
def test_a_lease_whose_reply_was_lost_is_ones_own(
    clients: Clients, jobs_table_name: str, retried: bool
) -> None:
    client: Any = LossyClient(clients.dynamodb, 1, 2, retried=retried)
    joins = DynamoJoins(client, jobs_table_name)
    call = joins.add(a_call())
    assert joins.save(call.leased(Post(AT + 30, 2), AT + 50)) is not None


def test_an_open_call_stands_in_no_index_and_goes_by_itself(clients: Clients, jobs_table_name: str) -> None:
    DynamoJoins(clients.dynamodb, jobs_table_name).add(a_call())
    [item] = clients.dynamodb.scan(TableName=jobs_table_name)["Items"]
    assert not {"tenant", "created", "due", "due_at"} & item.keys()
    assert item["expires_at"] == {"N": str(int(AT) + 1800)}


def test_an_open_call_is_kept_for_as_long_as_its_client_keeps_coming(
    clients: Clients, jobs_table_name: str
) -> None:
    joins = DynamoJoins(clients.dynamodb, jobs_table_name)
    joins.save(joins.add(a_call()).leased(Post(AT + 850, 2), AT + 870))
    [item] = clients.dynamodb.scan(TableName=jobs_table_name)["Items"]
    assert item["expires_at"] == {"N": str(int(AT) + 850 + 1800)}


def test_a_call_behind_a_page_of_answered_ones_is_found(clients: Clients, jobs_table_name: str) -> None:
    joins = DynamoJoins(clients.dynamodb, jobs_table_name, page_calls=2)
    mine = joins.add(a_call("mine", AT - 60))
    for number in range(5):
        joins.add(replace(a_call(f"answered {number}", AT - 50 + number), answered_at=AT - 40))
    newer = joins.add(a_call("newer", AT - 1))
    assert list(joins.joinable("acme", "f1", AT)) == [newer, mine]


def test_of_very_many_calls_the_last_are_read(clients: Clients, jobs_table_name: str) -> None:
    joins = DynamoJoins(clients.dynamodb, jobs_table_name, page_calls=2)
    for number in range(10):
        joins.add(a_call(f"{number}", AT - 20 + number))
    assert [call.group for call in joins.joinable("acme", "f1", AT)] == list("98765432")
