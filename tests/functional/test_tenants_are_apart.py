"""Every route of the template with every id of another tenant's: the answer is that for an unknown id, and
nothing of the other's is seen or changed. A new route without a case here fails.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from functional.gateway_routes import routes_of
from functional.neighbours import Neighbours, Reply, neighbours
from template.reading import read

JOB, SUB_ACCOUNT = "job_ids", "sub_account_ids"
UNKNOWN = {JOB: "job_00000000000000000000000000", SUB_ACCOUNT: "sub-00000000000000000000000000"}
ROUTES = {(route.method, route.resource): route for route in routes_of(read())}
MODEL = "bytedance/dreamina-v3.1/text-to-image"
PICTURE = {"model": MODEL, "prompt": "a lighthouse", "size": "512x512"}
PREDICTION = {"prompt": "a lighthouse", "size": "512*512"}


@dataclass(frozen=True, slots=True)
class Naming:
    """A request that names something: `{it}` in the path or the body. `status`: for what is not one's own."""

    path: str
    kind: str = JOB
    body: Any = None
    status: int = 404


@dataclass(frozen=True, slots=True)
class Plain:
    """A request that names nothing; `status` is how it ends."""

    path: str
    body: Any = None
    status: int = 200
    key: str | None = None
    """An Idempotency-Key, which acme has used before with the same body."""


CASES: dict[tuple[str, str], tuple[Naming | Plain, ...]] = {
    ("POST", "/v1/jobs"): (Plain("/v1/jobs", PICTURE, 202), Plain("/v1/jobs", PICTURE, 202, key="order-1")),
    ("GET", "/v1/jobs"): (Plain("/v1/jobs"), Plain("/v1/jobs?tag=spring%20of%20theirs")),
    ("GET", "/v1/jobs/{id}"): (Naming("/v1/jobs/{it}"),),
    ("DELETE", "/v1/jobs/{id}"): (Naming("/v1/jobs/{it}"),),
    ("POST", "/v1/jobs/{id}/cancel"): (Naming("/v1/jobs/{it}/cancel"),),
    ("GET", "/v1/jobs/{id}/webhook"): (Naming("/v1/jobs/{it}/webhook"),),
    ("POST", "/v1/jobs/{id}/webhook/replay"): (Naming("/v1/jobs/{it}/webhook/replay"),),
    ("POST", "/v1/webhooks/replay"): (Plain("/v1/webhooks/replay", {"since": 0, "status": "all"}, 202),),
    ("POST", "/v1/images/generations"): (
        Plain("/v1/images/generations", PICTURE, 503),  # nobody makes pictures here
        Plain("/v1/images/generations", PICTURE, 503, key="order-1"),
    ),
    ("GET", "/v1/files/jobs/{job}/{file}"): (Naming("/v1/files/jobs/{it}/0.jpg"),),
    ("GET", "/v1/files/jobs/{job}/{file}/signed"): (Naming("/v1/files/jobs/{it}/0.jpg/signed"),),
    ("GET", "/outputs/{tenant}/{job}/{file}"): (
        Naming("/outputs/acme/{it}/0.jpg?expires=9999999999&signature=made-up", status=403),
    ),
    ("GET", "/v1/models"): (Plain("/v1/models"),),
    ("GET", "/v1/models/{model+}"): (Plain(f"/v1/models/{MODEL}"),),
    ("GET", "/v1/usage"): (Plain("/v1/usage"), Naming("/v1/usage?sub_account={it}", SUB_ACCOUNT)),
    ("POST", "/api/v3/{model+}"): (
        Plain(f"/api/v3/{MODEL}", PREDICTION),
        Plain(f"/api/v3/{MODEL}", PREDICTION, key="order-1"),
    ),
    ("GET", "/api/v3/predictions/{id}"): (Naming("/api/v3/predictions/{it}"),),
    ("GET", "/api/v3/predictions/{id}/result"): (Naming("/api/v3/predictions/{it}/result"),),
    ("DELETE", "/api/v3/predictions/{id}"): (Naming("/api/v3/predictions/{it}"),),
    ("POST", "/api/v3/predictions/delete"): (
        # how many were deleted: none, as of an unknown one
        Naming("/api/v3/predictions/delete", body={"ids": ["{it}"]}, status=200),
    ),
    ("POST", "/api/v3/predictions"): (Plain("/api/v3/predictions", {}),),
    ("GET", "/api/v3/models"): (Plain("/api/v3/models"),),
    ("POST", "/api/v3/model/price"): (Plain("/api/v3/model/price", {"model_id": MODEL}),),
    ("GET", "/api/v3/balance"): (Plain("/api/v3/balance", status=503),),  # there is no upstream to ask
    ("GET", "/api/v3/webhook/secret"): (Plain("/api/v3/webhook/secret"),),
    ("POST", "/v1/sub-accounts"): (
        Plain("/v1/sub-accounts", {"name": "shop"}, 201),
        Plain("/v1/sub-accounts", {"name": "shop"}, 201, key="order-1"),
    ),
    ("GET", "/v1/sub-accounts"): (Plain("/v1/sub-accounts"),),
    ("GET", "/v1/sub-accounts/{id}"): (Naming("/v1/sub-accounts/{it}", SUB_ACCOUNT),),
    ("PATCH", "/v1/sub-accounts/{id}"): (Naming("/v1/sub-accounts/{it}", SUB_ACCOUNT, {"name": "mine"}),),
    ("DELETE", "/v1/sub-accounts/{id}"): (Naming("/v1/sub-accounts/{it}", SUB_ACCOUNT),),
    ("GET", "/v1/webhook-secret"): (Plain("/v1/webhook-secret"),),
    ("POST", "/v1/webhook-secret/rotate"): (
        Plain("/v1/webhook-secret/rotate"),
        Plain("/v1/webhook-secret/rotate", key="order-1"),
    ),
    ("GET", "/v1/upstream-key"): (Plain("/v1/upstream-key"),),
    ("PUT", "/v1/upstream-key"): (Plain("/v1/upstream-key", {"api_key": "wavespeed-key-of-the-rival"}),),
    ("DELETE", "/v1/upstream-key"): (Plain("/v1/upstream-key"),),
    ("POST", "/callbacks/wavespeed"): (Naming("/callbacks/wavespeed?tenant=acme&job={it}", status=401),),
    ("GET", "/openapi.json"): (Plain("/openapi.json"),),
    ("GET", "/docs"): (Plain("/docs"),),
    ("GET", "/llms.txt"): (Plain("/llms.txt"),),
}


@pytest.fixture
def world(stack: object, monkeypatch: pytest.MonkeyPatch) -> Neighbours:
    monkeypatch.setenv("SYNC_WAIT_SECONDS", "0")
    monkeypatch.setenv("UPSTREAM_URL", "http://127.0.0.1:1/api/v3")  # nobody answers there
    return neighbours()


def each(kind: type) -> list[Any]:
    return [
        pytest.param(route, case, id=f"{route[0]} {case.path}{getattr(case, 'key', None) or ''}")
        for route, cases in CASES.items()
        for case in cases
        if isinstance(case, kind)
    ]


def named(case: Naming, it: str) -> tuple[str, Any]:
    body = None if case.body is None else json.loads(json.dumps(case.body).replace("{it}", it))
    return case.path.replace("{it}", it), body


def test_every_route_has_its_case() -> None:
    assert CASES.keys() == ROUTES.keys()
    for (_, resource), cases in CASES.items():
        names_one = any(f"{{{name}}}" in resource for name in ("id", "job"))
        assert names_one <= any(isinstance(case, Naming) for case in cases)


@pytest.mark.parametrize(("route", "case"), each(Naming))
def test_anothers_is_answered_as_unknown(world: Neighbours, route: tuple[str, str], case: Naming) -> None:
    before = world.all_of_acmes()
    unknown = world.ask(world.rival, route[0], *named(case, UNKNOWN[case.kind]))
    assert unknown.status == case.status
    ids = getattr(world, case.kind)
    assert ids
    for it in ids:
        assert world.ask(world.rival, route[0], *named(case, it)) == unknown
    assert world.all_of_acmes() == before
    if not ROUTES[route].is_open:
        own = [world.ask(world.acme, route[0], *named(case, it)) for it in ids]
        assert any(reply != unknown and reply.status < 300 for reply in own), (
            "nobody could tell the difference"
        )


@pytest.mark.parametrize(("route", "case"), each(Plain))
def test_nothing_of_anothers_is_shown_or_changed(
    world: Neighbours, route: tuple[str, str], case: Plain
) -> None:
    headers = {"Idempotency-Key": case.key} if case.key else {}
    words: tuple[str, ...] = ()
    if case.key:
        own = world.ask(world.acme, route[0], case.path, case.body, headers)
        words = (*ids_in(own), *secrets_in(own))
        assert words
    before = world.all_of_acmes()
    reply = world.ask(world.rival, route[0], case.path, case.body, headers)
    assert reply.status == case.status, reply.text
    if not ROUTES[route].is_open:
        assert [word for word in (*world.words, *words) if word in reply.text] == []
    assert world.all_of_acmes() == before


def test_a_link_to_anothers_picture_is_bound_to_that_picture(world: Neighbours) -> None:
    """Whoever has a link may follow it; it opens nothing else."""
    [link] = world.links
    assert world.ask("", "GET", link).status == 302
    altered = world.ask("", "GET", link.replace("/0.jpg", "/1.jpg"))
    made_up = world.ask("", "GET", f"/outputs/acme/{UNKNOWN[JOB]}/0.jpg?expires=9999999999&signature=x")
    assert altered == made_up
    assert altered.status == 403


@pytest.mark.parametrize(
    ("listed", "path"), [("/v1/jobs", "/v1/jobs"), ("/v1/sub-accounts", "/v1/sub-accounts")]
)
def test_a_cursor_of_anothers_list_is_no_cursor(world: Neighbours, listed: str, path: str) -> None:
    world.ask(world.acme, "POST", "/v1/sub-accounts", {"name": "another"})
    cursor = json.loads(world.ask(world.acme, "GET", f"{listed}?limit=1").text)["cursor"]
    assert cursor
    theirs = world.ask(world.rival, "GET", f"{path}?cursor={cursor}")
    assert theirs == world.ask(world.rival, "GET", f"{path}?cursor=bm9uc2Vuc2U")
    assert theirs.status == 422


def test_a_cursor_of_anothers_jobs_replays_nothing(world: Neighbours) -> None:
    cursor = json.loads(world.ask(world.acme, "GET", "/v1/jobs?limit=1").text)["cursor"]
    before = world.all_of_acmes()
    asked = {"since": 0, "status": "all", "cursor": cursor}
    theirs = world.ask(world.rival, "POST", "/v1/webhooks/replay", asked)
    assert theirs == world.ask(world.rival, "POST", "/v1/webhooks/replay", {**asked, "cursor": "bm9uc2Vuc2U"})
    assert theirs.status == 422
    assert world.all_of_acmes() == before
    assert world.ask(world.acme, "POST", "/v1/webhooks/replay", asked).status == 202


def test_without_a_good_key_every_route_but_the_open_ones_is_the_same_401(world: Neighbours) -> None:
    replies = {
        world.ask(key, route.method, re.sub("[{}+]", "", route.resource))
        for route in ROUTES.values()
        for key in ("", "dr_" + "x" * 43)
        if not route.is_open
    }
    assert len(replies) == 1
    assert replies.pop().status == 401


def ids_in(reply: Reply) -> list[str]:
    return re.findall(r"(?:job_|sub-)[0-9a-z]{26}", reply.text)


def secrets_in(reply: Reply) -> list[str]:
    return re.findall(r"(?:whsec_|dr_)[A-Za-z0-9+/=_-]{20,}", reply.text)
