"""Spoils a reply on its way out: lost, cut in half, garbled, turned into an error."""

import asyncio
import socket
import struct

from aiohttp import web

from local.simulator.answers import refusal
from local.simulator.fault_kinds import Params
from local.simulator.garbage import GARBAGE_BODIES

LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)
INTERNAL = 5000


async def lose(request: web.Request, reply: web.Response, params: Params) -> web.Response:
    """Ends the connection with nothing, or half, of the reply sent."""
    transport = request.transport
    if transport is None:
        return reply
    if params["send"] == "half":
        body = reply.body if isinstance(reply.body, bytes) else b""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        transport.write(head.encode() + body[: len(body) // 2])
        await asyncio.sleep(0)
    if params["reset"]:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT_AT_ALL)
        transport.abort()
    else:
        transport.close()
    return reply


def garbage(params: Params) -> web.Response:
    content_type, body = GARBAGE_BODIES[params["body"]]
    return web.Response(text=body, content_type=content_type)


def error(params: Params) -> web.Response:
    """An upstream error: JSON with a code for 5xx, a redirect if a location is given."""
    headers = {"Location": params["location"]} if params.get("location") else {}
    if params.get("retry_after") is not None:
        headers["Retry-After"] = str(params["retry_after"])
    refused = refusal(params["status"], "internal error", INTERNAL if params["status"] >= 500 else None)
    return web.json_response(refused.body, status=refused.status, headers=headers)
