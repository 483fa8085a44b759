"""What the gateway itself answers: in a body that every face's client can read."""

import httpx
import pytest

from stack.conftest import Stack


@pytest.mark.parametrize("header", [None, "Bearer dr_" + "x" * 43, "Basic dXNlcjpwYXNz", "Bearer"])
def test_a_bad_key_is_the_same_401(stack: Stack, header: str | None) -> None:
    headers = {"authorization": header} if header else {}
    answer = httpx.get(f"{stack.state['api_url']}/v1/jobs", headers=headers, trust_env=False)
    body = answer.json()
    assert answer.status_code == 401
    assert body["error"]["type"] == "authentication_error"
    assert (body["code"], bool(body["message"])) == (401, True)


def test_an_unknown_route_is_404_in_the_same_shape(stack: Stack) -> None:
    answer = stack.api.http.get("/v1/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "not_found"
    assert answer.json()["code"] == 404


def test_an_invalid_request_names_field_and_range(stack: Stack) -> None:
    answer = stack.api.http.post("/v1/jobs", json={"model": "seedream-v3.1", "prompt": "x", "size": "1*1"})
    assert answer.status_code == 422
    assert answer.json()["error"]["param"] == "size"
    assert "512 and 2048" in answer.json()["error"]["message"]


def test_another_tenant_sees_nothing(stack: Stack) -> None:
    job = stack.submit("a secret garden")
    other = _new_tenants_key(stack)
    for method, path in (
        ("GET", f"/v1/jobs/{job['id']}"),
        ("GET", f"/v1/jobs/{job['id']}/webhook"),
        ("DELETE", f"/v1/jobs/{job['id']}"),
        ("POST", f"/v1/jobs/{job['id']}/cancel"),
        ("POST", f"/v1/jobs/{job['id']}/webhook/replay"),
    ):
        headers = {"authorization": f"Bearer {other}"}
        theirs = stack.api.http.request(method, path, headers=headers)
        unknown = stack.api.http.request(method, path.replace(job["id"], "job_unknown"), headers=headers)
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.text == unknown.text
    listed = stack.api.http.get("/v1/jobs", headers={"authorization": f"Bearer {other}"}).json()
    assert listed["data"] == []


def _new_tenants_key(stack: Stack) -> str:
    import secrets
    import time

    from darkroom.aws.accounts_table import AccountsTable

    accounts = AccountsTable(stack.client("dynamodb"), stack.state["accounts_table"])
    return accounts.create_tenant(f"other-{secrets.token_hex(4)}", time.time()).api_key
