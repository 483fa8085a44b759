"""What API Gateway answers itself: the template's gateway responses, rendered."""

import json
from dataclasses import dataclass
from typing import Any

from template.reading import Template

# AWS's own statuses, where the template leaves them
_DEFAULT_STATUS = {"DEFAULT_4XX": 400, "DEFAULT_5XX": 502}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class GatewayResponses:
    def __init__(self, template: Template) -> None:
        self._responses: dict[str, Any] = template.of_type("AWS::Serverless::Api")["Api"]["GatewayResponses"]

    def render(self, name: str, request_id: str) -> Answer:
        response = self._responses[name]
        values = response["ResponseParameters"]["Headers"].items()
        headers = [
            (key, request_id if value == "context.requestId" else value.strip("'")) for key, value in values
        ]
        return Answer(
            response.get("StatusCode") or _DEFAULT_STATUS[name],
            [("content-type", "application/json"), *headers],
            json.dumps(json.loads(response["ResponseTemplates"]["application/json"])).encode(),
        )
