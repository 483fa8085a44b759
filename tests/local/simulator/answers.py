"""The shapes of answers: the envelope of every 2xx, the refusals, the framework's own errors as JSON."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

BASE64_WITH_WEBHOOK = (
    "webhook callback does not support base64 output, please use the normal API to use base64 output"
)


class RefusalError(Exception):
    """Ends a request with the given status and body; nothing was created."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


def refusal(
    status: int, message: str, error_code: int | None = None, headers: dict[str, str] | None = None
) -> RefusalError:
    """The documented `{message, error_code}`; without a code where none is documented."""
    body: dict[str, Any] = {"message": message}
    if error_code is not None:
        body["error_code"] = error_code
    return RefusalError(status, body, headers)


def success(data: object) -> web.Response:
    return web.json_response({"code": 200, "message": "success", "data": data})


@web.middleware
async def errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusalError as refused:
        return web.json_response(refused.body, status=refused.status, headers=refused.headers)
    except web.HTTPException as error:
        return web.json_response({"message": error.reason}, status=error.status)
