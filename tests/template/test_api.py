"""The API: what it answers itself, and which routes are open."""

import json
from typing import Any

import pytest

from template.reading import Template

# Their own signatures authorize them; the descriptions are the same for everybody
OPEN_ROUTES = {
    ("post", "/callbacks/wavespeed"),
    ("get", "/outputs/{tenant}/{job}/{file}"),
    *(("get", path) for path in ("/openapi.json", "/docs", "/llms.txt")),
}
# contracts: AIgateway's table of errors
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "invalid_request_error",
    404: "not_found",
    413: "invalid_request_error",
    415: "invalid_request_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "service_unavailable",
    504: "server_error",
}
RETRY_AFTER = {429, 503, 504}
RESPONSES = [
    "UNAUTHORIZED",
    "ACCESS_DENIED",
    "WAF_FILTERED",
    "MISSING_AUTHENTICATION_TOKEN",
    "RESOURCE_NOT_FOUND",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "REQUEST_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "THROTTLED",
    "QUOTA_EXCEEDED",
    "AUTHORIZER_FAILURE",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
]


@pytest.fixture
def api(template: Template) -> dict[str, Any]:
    return template.of_type("AWS::Serverless::Api")["Api"]


def test_only_routes_that_carry_a_signature_are_open(template: Template, api: dict[str, Any]) -> None:
    assert api["Auth"]["DefaultAuthorizer"] == "ApiKey"
    events = [
        event["Properties"]
        for function in template.functions.values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    ]
    assert all(event["RestApiId"] == {"Ref": "Api"} for event in events)
    open_routes = {(event["Method"], event["Path"]) for event in events if "Auth" in event}
    assert open_routes == OPEN_ROUTES


def test_an_api_keys_answer_is_kept_for_a_minute_at_most(api: dict[str, Any]) -> None:
    assert api["Auth"]["Authorizers"]["ApiKey"]["Identity"]["ReauthorizeEvery"] <= 60


@pytest.mark.parametrize("name", RESPONSES)
def test_its_own_answers_can_be_read_by_every_client(api: dict[str, Any], name: str) -> None:
    response = api["GatewayResponses"][name]
    body = json.loads(response["ResponseTemplates"]["application/json"])
    status = response.get("StatusCode") or body["code"]
    assert body["code"] == status
    assert body["message"] == body["error"]["message"]
    assert body["error"]["type"] == TYPES[status]
    assert body["error"]["code"]
    assert body["error"]["param"] is None
    assert body["data"] == {}  # WaveSpeed's Python client fails on a null
    headers = response["ResponseParameters"]["Headers"]
    assert headers["x-request-id"] == "context.requestId"
    assert ("Retry-After" in headers) == (status in RETRY_AFTER)
    assert ("WWW-Authenticate" in headers) == (status == 401)


def test_no_answer_of_its_own_is_left_out(api: dict[str, Any]) -> None:
    assert set(api["GatewayResponses"]) == set(RESPONSES)


def test_the_stage_is_throttled_and_logs_no_bodies(api: dict[str, Any]) -> None:
    (settings,) = api["MethodSettings"]
    assert settings["DataTraceEnabled"] is False
    assert settings["MetricsEnabled"] is True
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottlingRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottlingBurst"}
