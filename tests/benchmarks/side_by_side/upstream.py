"""An OpenAI-shaped face on the simulator of upstream, so that all ways meet the same tasks and charges.

It holds the call open by the simulator's own sync mode, and does nothing else.
"""

import argparse
import time
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from local.serving import serve
from local.simulator.catalogue import DREAMINA

SIMULATOR: web.AppKey[aiohttp.ClientSession] = web.AppKey("simulator", aiohttp.ClientSession)


def application(simulator_url: str, key: str) -> web.Application:
    async def session(app: web.Application) -> AsyncIterator[None]:
        headers = {"authorization": f"Bearer {key}"}
        timeout = aiohttp.ClientTimeout(total=600)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(
            simulator_url, headers=headers, timeout=timeout, connector=connector
        ) as made:
            app[SIMULATOR] = made
            yield

    app = web.Application()
    app.cleanup_ctx.append(session)
    app.add_routes([web.post("/v1/images/generations", _generate)])
    return app


async def _generate(request: web.Request) -> web.Response:
    """`{created, data: [{url}]}`; upstream's refusals with their own status."""
    asked = await request.json()
    body = {
        "prompt": asked["prompt"],
        "size": asked["size"].replace("x", "*"),
        "seed": asked["seed"],
        "enable_sync_mode": True,
    }
    async with request.app[SIMULATOR].post(f"/api/v3/{DREAMINA.model_id}", json=body) as answer:
        reply = await answer.json()
    if answer.status != web.HTTPOk.status_code or reply["data"]["status"] != "completed":
        status = 500 if answer.status == web.HTTPOk.status_code else answer.status
        error = {"message": "no picture", "type": "upstream_error"}
        return web.json_response({"error": error}, status=status)
    data = [{"url": url} for url in reply["data"]["outputs"]]
    return web.json_response({"created": int(time.time()), "data": data})


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.side_by_side.upstream", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--key", required=True)
    given = parser.parse_args()
    serve(lambda _: application(given.simulator, given.key), given.port)


if __name__ == "__main__":
    main()
