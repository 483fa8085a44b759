"""Downloads gone wrong."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from functools import lru_cache

from aiohttp import web
from PIL import Image

from local.simulator.answers import refusal
from local.simulator.fault_kinds import Params
from local.simulator.garbage import NOT_PICTURES
from local.simulator.pictures.studio import encode

Spoil = Callable[[web.Request, bytes, str, Params], Awaitable[web.StreamResponse]]
"""Request, picture, its content type, the fault's parameters."""
DRIPS = 40


async def _slow(
    request: web.Request, picture: bytes, content_type: str, params: Params
) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"Content-Type": content_type, "Content-Length": str(len(picture))})
    await reply.prepare(request)
    step = -(-len(picture) // DRIPS)
    for start in range(0, len(picture), step):
        await reply.write(picture[start : start + step])
        await asyncio.sleep(params["seconds"] / DRIPS)
    return reply


async def _truncated(
    request: web.Request, picture: bytes, content_type: str, params: Params
) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"Content-Type": content_type, "Content-Length": str(len(picture))})
    await reply.prepare(request)
    await reply.write(picture[: int(len(picture) * params["share"])])
    if request.transport:
        request.transport.close()
    return reply


async def _unsized(
    request: web.Request, picture: bytes, content_type: str, params: Params
) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"Content-Type": content_type})
    reply.enable_chunked_encoding()
    await reply.prepare(request)
    await reply.write(picture[: int(len(picture) * params["share"])])
    return reply


async def _misnamed(_: web.Request, picture: bytes, __: str, params: Params) -> web.StreamResponse:
    return web.Response(body=picture, headers={"Content-Type": params["content_type"]})


async def _corrupt(_: web.Request, picture: bytes, content_type: str, __: Params) -> web.StreamResponse:
    third = len(picture) // 3
    noise = bytes(byte ^ 0x5A for byte in picture[third : 2 * third])
    return web.Response(body=picture[:third] + noise + picture[2 * third :], content_type=content_type)


async def _not_a_picture(_: web.Request, __: bytes, ___: str, params: Params) -> web.StreamResponse:
    content_type, body = NOT_PICTURES[params["body"]]
    return web.Response(body=body, content_type=content_type)


async def _oversized(_: web.Request, picture: bytes, content_type: str, params: Params) -> web.StreamResponse:
    if params["side"]:
        return web.Response(body=_flat_png(int(params["side"])), content_type="image/png")
    padding = b"\0" * max(0, params["bytes"] - len(picture))
    return web.Response(body=picture + padding, content_type=content_type)


@lru_cache(maxsize=2)
def _flat_png(side_pixels: int) -> bytes:
    """Small in bytes, huge in pixels."""
    return encode(Image.new("1", (side_pixels, side_pixels)), "png")


async def _padded(_: web.Request, picture: bytes, content_type: str, params: Params) -> web.StreamResponse:
    tail = b"<script>alert(1)</script>"
    padding = (tail * (params["bytes"] // len(tail) + 1))[: params["bytes"]]
    return web.Response(body=picture + padding, content_type=content_type)


async def _gzipped(_: web.Request, picture: bytes, content_type: str, __: Params) -> web.StreamResponse:
    headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
    return web.Response(body=gzip.compress(picture, 1), headers=headers)


async def _redirected(_: web.Request, __: bytes, ___: str, params: Params) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": params["location"]})


async def _dead(_: web.Request, __: bytes, ___: str, params: Params) -> web.StreamResponse:
    raise refusal(params["status"], "output not found")


SPOILS: dict[str, Spoil] = {
    "slow_download": _slow,
    "truncated_download": _truncated,
    "unsized_download": _unsized,
    "wrong_content_type": _misnamed,
    "corrupt_picture": _corrupt,
    "not_a_picture": _not_a_picture,
    "oversized_picture": _oversized,
    "padded_picture": _padded,
    "gzip_download": _gzipped,
    "redirect_download": _redirected,
    "dead_output": _dead,
}
"""By the kinds of fault whose place is "output"."""
