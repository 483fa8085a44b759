"""What recorded writes and reads cost in DynamoDB's units."""

from typing import Any

import pytest

from benchmarks.requests import Request
from benchmarks.table_units import TableUnits

KEY = {"pk": {"S": "acme#job_1"}, "sk": {"S": "state"}}


def _request(operation: str, **parameters: Any) -> Request:
    return Request(0.0, "poller", f"dynamodb:{operation}", "job", parameters, ())


def _put(revision: str, read: str | None = None, **attributes: Any) -> Request:
    item = KEY | {"revision": {"S": revision}} | attributes
    if read is None:
        return _request(
            "PutItem", Item=item, ConditionExpression="attribute_not_exists(pk) OR expires_at < :now"
        )
    return _request(
        "PutItem",
        Item=item,
        ConditionExpression="#revision = :read",
        ExpressionAttributeValues={":read": {"S": read}},
    )


def _units(*requests: Request) -> dict[str, float]:
    units = TableUnits()
    for request in requests:
        units.add(request)
    return units.writes


DUE: dict[str, Any] = {"due": {"S": "1"}, "due_at": {"N": "100"}}
LATER: dict[str, Any] = {"due": {"S": "1"}, "due_at": {"N": "200"}}


def test_a_write_costs_a_unit_for_each_kilobyte_begun() -> None:
    assert _units(_put("a"), _put("b", read="a", text={"S": "x" * 1100})) == {"state": 3}


def test_an_index_is_paid_when_an_entry_comes_moves_or_goes_and_not_while_it_stays() -> None:
    assert _units(_put("a", **DUE))["by_due"] == 1
    assert _units(_put("a", **DUE), _put("b", "a", **DUE))["by_due"] == 1
    assert _units(_put("a", **DUE), _put("b", "a", **LATER))["by_due"] == 3
    assert _units(_put("a", **DUE), _put("b", "a"))["by_due"] == 2


def test_a_write_that_was_refused_costs_its_unit_and_moves_nothing() -> None:
    refused = _put("c", "not a", **LATER)
    assert _units(_put("a", **DUE), refused, _put("b", "a", **DUE)) == {"state": 3, "by_due": 1}


def test_an_update_moves_what_it_names() -> None:
    update = {
        "TableName": "jobs",
        "Key": KEY,
        "UpdateExpression": "SET permit_at = :now, due_at = :due_at, #revision = :new REMOVE backlog, place",
        "ConditionExpression": "place = :place",
        "ExpressionAttributeNames": {"#revision": "revision"},
        "ExpressionAttributeValues": {
            ":now": {"N": "150"},
            ":due_at": {"N": "200"},
            ":new": {"S": "b"},
            ":place": {"S": "1"},
        },
    }
    waiting = DUE | {"backlog": {"S": "default"}, "place": {"S": "1"}}
    released = _request("TransactWriteItems", TransactItems=[{"Update": update}])
    assert _units(_put("a", **waiting), released) == {"state": 1 + 2, "by_due": 1 + 2, "by_backlog": 1 + 1}


@pytest.mark.parametrize(("consistent", "units"), [(True, 2.0), (False, 1.0)])
def test_a_read_costs_by_four_kilobytes_and_half_where_it_may_be_old(consistent: bool, units: float) -> None:
    table = TableUnits()
    table.add(_put("a", text={"S": "x" * 5000}))
    table.add(
        _request(
            "Query",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": KEY["pk"]},
            ConsistentRead=consistent,
        )
    )
    assert table.reads == {"Query job": units}
