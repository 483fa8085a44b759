"""Upstream's list: all of it or nothing, because an unread task might be the second one that fits."""

from typing import Any

import pytest

from darkroom.jobs.upstream import UpstreamUnavailableError
from unit.wavespeed.upstream_api import BASE_URL, MODEL, Recorder, answers, envelope, upstream

AFTER, BEFORE = 1_747_634_000.0, 1_747_635_000.25  # 2025-05-19, 05:53:20 and 06:10:00.25
WITHIN = "2025-05-19T06:00:00.123456789Z"


def item(number: int, **fields: object) -> dict[str, Any]:
    return {"id": f"p{number}", "model": MODEL, "status": "processing", "created_at": WITHIN, **fields}


def page(*items: object) -> dict[str, object]:
    return envelope({"page": 1, "items": list(items)})


def ids(*pages: object) -> list[str]:
    return [prediction.id for prediction in upstream(Recorder(*pages)).recent(MODEL, AFTER, BEFORE)]


def test_list_is_asked_for_the_model_and_the_time() -> None:
    recorder = Recorder(page())
    upstream(recorder).recent(MODEL, AFTER, BEFORE)
    assert str(recorder.requests[0].url) == f"{BASE_URL}/predictions"
    assert recorder.bodies == [
        {
            "page": 1,
            "page_size": 100,
            "model": MODEL,
            "created_after": "2025-05-19T05:53:20.000Z",
            "created_before": "2025-05-19T06:10:00.250Z",
        }
    ]


def test_pages_are_read_until_one_is_not_full() -> None:
    recorder = Recorder(page(*map(item, range(100))), page(*map(item, range(100, 200))), page(item(200)))
    found = upstream(recorder).recent(MODEL, AFTER, BEFORE)
    assert [prediction.id for prediction in found] == [f"p{number}" for number in range(201)]
    assert [body["page"] for body in recorder.bodies] == [1, 2, 3]


def test_prediction_that_moved_to_the_next_page_counts_once() -> None:
    assert len(ids(page(*map(item, range(100))), page(item(99)))) == 100


def test_filters_hold_even_if_upstream_does_not_know_them() -> None:
    others = (
        item(1, model="another/model"),
        item(2, created_at="2025-05-19T05:00:00Z"),
        item(3, created_at="2025-05-19T07:00:00Z"),
    )
    assert ids(page(item(0), *others)) == ["p0"]


def test_what_upstream_leaves_unsaid_stays_in() -> None:
    assert ids(page(item(0, model=None), item(1, created_at="?"))) == ["p0", "p1"]


@pytest.mark.parametrize("items", [None, {}, "none", [None], [{"id": "p1"}], [item(0), {"status": "failed"}]])
def test_list_that_can_not_be_read_whole_is_no_list(items: object) -> None:
    with pytest.raises(UpstreamUnavailableError):
        upstream(answers(200, envelope({"items": items}))).recent(MODEL, AFTER, BEFORE)


def test_list_without_end_is_given_up() -> None:
    recorder = Recorder(page(*map(item, range(100))))
    with pytest.raises(UpstreamUnavailableError, match="too long"):
        upstream(recorder).recent(MODEL, AFTER, BEFORE)
    assert len(recorder.requests) == 60
