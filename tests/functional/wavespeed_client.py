"""A plain caller of the WaveSpeed face. Whatever it is answered is held against the strict types."""

from typing import Any

import httpx

from functional.wavespeed_types import REFUSED, Shape, check, enveloped

DREAMINA = "bytedance/dreamina-v3.1/text-to-image"
SEEDREAM = "bytedance/seedream-v3.1"


class Caller:
    """`client_name` of None: as WaveSpeed's older clients, which don't say who they are."""

    def __init__(self, api_url: str, api_key: str, client_name: str | None = "test") -> None:
        headers = {"authorization": f"Bearer {api_key}"}
        if client_name is not None:
            headers["x-client-name"] = client_name
        self.http = httpx.Client(base_url=api_url + "/api/v3", headers=headers, trust_env=False, timeout=30)

    def data(self, shape: Shape, method: str, path: str, **options: Any) -> Any:
        """The data of a good answer."""
        body = self.answer(method, path, **options).json()
        check(body, enveloped(shape))
        assert (body["code"], body["message"]) == (200, "success")
        return body["data"]

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
        """Status and body of a refusal."""
        answer = self.http.request(method, path, **options)
        body = answer.json()
        check(body, REFUSED)
        assert body["code"] == answer.status_code >= 400
        return answer.status_code, body

    def answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Clients take nothing but 200 for good."""
        answer = self.http.request(method, path, **options)
        assert answer.status_code == 200, answer.text
        return answer
