"""Runs an aiohttp application on 127.0.0.1: as a process until told to end, or in a thread of a test."""

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

BACKLOG = 1024
SHUTDOWN_SECONDS = 0.5

Build = Callable[[str], web.Application]
"""Makes the application for its own URL, `http://127.0.0.1:PORT`."""


@asynccontextmanager
async def _listening(build: Build, port: int) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        runner = web.AppRunner(build(url), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.SockSite(runner, listener, backlog=BACKLOG).start()
            yield url
        finally:
            await runner.cleanup()


def serve(build: Build, port: int, ready_file: Path | None = None) -> None:
    """Writes the ready file, prints `ready URL`, serves until SIGTERM or SIGINT. Port 0: a free one."""
    asyncio.run(_serve(build, port, ready_file))


async def _serve(build: Build, port: int, ready_file: Path | None) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with _listening(build, port) as url:
        if ready_file:
            ready_file.write_text(url)
        print(f"ready {url}", flush=True)
        await ended.wait()


@contextmanager
def serving_in_thread(build: Build, port: int = 0) -> Iterator[str]:
    """The application's URL while the block runs; on a free port unless told otherwise."""
    ready: Future[tuple[str, Callable[[], object]]] = Future()

    async def live() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        try:
            async with _listening(build, port) as url:
                ready.set_result((url, lambda: loop.call_soon_threadsafe(ended.set)))
                await ended.wait()
        except OSError as error:
            ready.set_exception(error)

    thread = threading.Thread(target=lambda: asyncio.run(live()), name="server", daemon=True)
    thread.start()
    url, end = ready.result(timeout=10)
    try:
        yield url
    finally:
        end()
        thread.join(timeout=10)
