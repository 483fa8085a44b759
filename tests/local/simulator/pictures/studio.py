"""Draws and encodes pictures off the event loop and keeps the latest ones."""

import asyncio
import io
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image

from local.simulator.pictures.caption import draw_caption
from local.simulator.pictures.colour import mix, vertical_gradient
from local.simulator.pictures.palettes import PALETTES
from local.simulator.pictures.scene import paint_scene

KEPT_BYTES = 64 * 1024 * 1024
FORMATS = {
    "jpeg": ("image/jpeg", {"quality": 90}),
    "png": ("image/png", {"compress_level": 1}),
    "webp": ("image/webp", {"quality": 85, "method": 0}),
}


@dataclass(frozen=True)
class Order:
    """Equal orders give equal bytes."""

    prompt: str
    seed: int
    width: int
    height: int
    picture_format: str = "jpeg"
    style: str = "scene"


def draw(order: Order) -> bytes:
    """The encoded picture. `style` "plain" is a bare gradient, for load tests that are not about pictures."""
    if order.style == "plain":
        palette = PALETTES[order.seed % len(PALETTES)]
        stops = (palette.sky[0], mix(palette.sky[-1], palette.glow, 0.4))
        picture = vertical_gradient(stops, order.width, order.height)
    else:
        picture = paint_scene(order.prompt, order.seed, order.width, order.height)
        footnote = f"simulated picture   {order.width} \u00d7 {order.height}   seed {order.seed}"
        draw_caption(picture, order.prompt, footnote)
    return encode(picture, order.picture_format)


def encode(picture: Image.Image, picture_format: str) -> bytes:
    buffer = io.BytesIO()
    _, options = FORMATS[picture_format]
    picture.save(buffer, picture_format.upper(), **options)
    return buffer.getvalue()


class Studio:
    """A small thread pool and a bounded store of what it drew last. Use it from one event loop."""

    def __init__(self, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="studio")
        self._kept: OrderedDict[Order, bytes] = OrderedDict()
        self._under_way: dict[Order, asyncio.Future[bytes]] = {}
        self._ahead: set[asyncio.Task[None]] = set()
        self._kept_bytes = 0

    async def picture(self, order: Order) -> bytes:
        """Draws at most once while the result is kept, however many ask at a time."""
        if order in self._kept:
            self._kept.move_to_end(order)
            return self._kept[order]
        if order not in self._under_way:
            loop = asyncio.get_running_loop()
            self._under_way[order] = loop.run_in_executor(self._pool, draw, order)
        try:
            picture = await asyncio.shield(self._under_way[order])
        finally:
            self._under_way.pop(order, None)
        self._keep(order, picture)
        return picture

    def prepare(self, order: Order) -> None:
        """Starts to draw, so that the first download need not wait."""
        if order not in self._kept and order not in self._under_way:
            job = asyncio.get_running_loop().create_task(self._drawn_ahead(order))
            self._ahead.add(job)
            job.add_done_callback(self._ahead.discard)

    async def _drawn_ahead(self, order: Order) -> None:
        await self.picture(order)

    def _keep(self, order: Order, picture: bytes) -> None:
        if order not in self._kept:
            self._kept[order] = picture
            self._kept_bytes += len(picture)
        while self._kept_bytes > KEPT_BYTES:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped)

    def close(self) -> None:
        for job in self._ahead:
            job.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)
