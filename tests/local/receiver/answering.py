"""Carries a rule out: late, dripping, packed, cut off, or not at all."""

import asyncio
import gzip

from aiohttp import web

from local.receiver.behaviour import Rule

DRIPS = 20
LOOK_SECONDS = 0.1


async def answer(request: web.Request, rule: Rule) -> web.StreamResponse:
    await asyncio.sleep(rule.delay_seconds)
    if rule.hang:
        await _until_gone(request)
    if rule.disconnect and request.transport:
        request.transport.close()
    body = rule.body.encode() + b"\0" * rule.padding_bytes
    headers = dict(rule.headers)
    if rule.gzip:
        body = gzip.compress(body, 1)
        headers["Content-Encoding"] = "gzip"
    if rule.drip_seconds:
        return await _dripping(request, rule, headers, body)
    return web.Response(status=rule.status, headers=headers, body=body)


async def _until_gone(request: web.Request) -> None:
    while request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(LOOK_SECONDS)


async def _dripping(
    request: web.Request, rule: Rule, headers: dict[str, str], body: bytes
) -> web.StreamResponse:
    reply = web.StreamResponse(status=rule.status, headers={**headers, "Content-Length": str(len(body))})
    await reply.prepare(request)
    step = max(1, -(-len(body) // DRIPS))
    starts = range(0, len(body), step)
    for start in starts:
        await asyncio.sleep(rule.drip_seconds / len(starts))
        await reply.write(body[start : start + step])
    return reply
