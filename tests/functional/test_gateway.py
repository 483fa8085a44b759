"""The front of the functional tests behaves as API Gateway does: routes, the authorizer, its own answers."""

import concurrent.futures
from collections.abc import Iterator

import httpx
import pytest

from darkroom.jobs.job import JobStatus
from functional import jobs
from functional.conftest import Front
from functional.gateway_routes import find, routes_of
from template.reading import read

PREDICTION = "/api/v3/predictions/{id}"
MODEL = "/api/v3/{model+}"


@pytest.fixture
def client(gateway: Front) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx.Client(base_url=gateway.base_url, headers=headers, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "resource", "parameters"),
    [
        ("GET", "/v1/jobs", "/v1/jobs", {}),
        ("GET", "/v1/jobs/", "/v1/jobs", {}),
        ("GET", "/v1/jobs/job_1", "/v1/jobs/{id}", {"id": "job_1"}),
        ("GET", "/v1/jobs/a%2Fb", "/v1/jobs/{id}", {"id": "a/b"}),
        ("PUT", "/v1/jobs/job_1", None, {}),
        ("HEAD", "/v1/jobs", None, {}),
        ("GET", "/v1", None, {}),
        ("POST", "/api/v3/predictions/delete", "/api/v3/predictions/delete", {}),
        ("DELETE", "/api/v3/predictions/delete", None, {}),
        ("DELETE", "/api/v3/predictions/p1", PREDICTION, {"id": "p1"}),
        ("POST", "/api/v3/predictions/p1", MODEL, {"model": "predictions/p1"}),
        ("POST", "/api/v3/bytedance/seedream-v3.1", MODEL, {"model": "bytedance/seedream-v3.1"}),
        ("POST", "/api/v3", None, {}),
    ],
)
def test_a_path_finds_the_route_that_api_gateway_would_take(
    method: str, path: str, resource: str | None, parameters: dict[str, str]
) -> None:
    match = find(routes_of(read()), method, path)
    assert (match.route.resource if match else None) == resource
    assert (match.parameters if match else {}) == parameters


def test_a_job_is_submitted_and_waited_for_at_the_same_time(client: httpx.Client, gateway: Front) -> None:
    body = {"model": "seedream-v3.1", "prompt": "a lighthouse", "size": "512*512"}
    accepted = client.post("/v1/jobs", json=body).json()
    assert accepted["urls"]["get"] == f"{gateway.base_url}/v1/jobs/{accepted['id']}"

    def wait(_: int) -> str:
        return str(client.get(f"/v1/jobs/{accepted['id']}", params={"wait": "8"}).json()["status"])

    with gateway.workers.busy(), concurrent.futures.ThreadPoolExecutor(4) as pool:
        waiting = pool.map(wait, range(4))
        assert client.get("/v1/jobs").json()["data"][0]["id"] == accepted["id"]
        assert set(waiting) == {JobStatus.COMPLETED}


@pytest.mark.parametrize("header", [None, "", "Basic dXNlcjpwYXNz", "Bearer dr_" + "x" * 43])
def test_a_bad_key_is_the_templates_401(gateway: Front, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    answer = httpx.get(f"{gateway.base_url}/v1/jobs", headers=headers, trust_env=False)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/nothing"), ("PUT", "/v1/jobs"), ("OPTIONS", "/v1/jobs")]
)
def test_what_no_route_takes_is_the_templates_404(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "route_not_found"


def test_an_open_route_needs_no_key(gateway: Front) -> None:
    answer = httpx.get(f"{gateway.base_url}/outputs/acme/job_1/0.jpg", trust_env=False)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "link_refused"


def test_a_body_above_ten_megabytes_never_reaches_a_function(client: httpx.Client) -> None:
    answer = client.post("/v1/jobs", content=b" " * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "request_too_large"


@pytest.mark.parametrize("spelling", ["%C2%84", "a%0A", "%2F", "%20", "%7Bid%7D", "x%2Fcancel"])
def test_whatever_stands_in_the_place_of_an_id_is_no_job(client: httpx.Client, spelling: str) -> None:
    for path in (f"/v1/jobs/{spelling}", f"/v1/jobs/{spelling}/webhook"):
        assert client.get(path).json()["error"]["code"] == "job_not_found"
    prediction = client.get(f"/api/v3/predictions/{spelling}").json()
    assert (prediction["code"], prediction["error_code"]) == (404, "job_not_found")


def test_an_id_with_a_slash_leads_to_no_other_route(client: httpx.Client, gateway: Front) -> None:
    job = jobs.queued()
    assert client.get(f"/v1/jobs/{job.id}/webhook").status_code == 200
    assert client.get(f"/v1/jobs/{job.id}%2Fwebhook").json()["error"]["code"] == "job_not_found"
