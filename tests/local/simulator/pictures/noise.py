"""Seeded noise: rough and smooth lines for crests, cloudy masks, and the grain of a whole picture."""

import random
import struct
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops

GRAIN_TILE_PIXELS = 512
GRAIN_STRENGTH = 5


def rough_line(rng: random.Random, points: int, roughness: float) -> list[float]:
    """Midpoint displacement: `points` heights scaled to 0 to 1; roughness 0.4 is soft, 0.6 is jagged."""
    line = [rng.random(), rng.random(), rng.random()]
    amplitude = 1.0
    while len(line) < points:
        amplitude *= roughness
        longer = [line[0]]
        for left, right in pairwise(line):
            longer += [(left + right) / 2 + rng.uniform(-amplitude, amplitude) / 2, right]
        line = longer
    return _scaled(line[:points])


def smooth_line(rng: random.Random, points: int, hills: int) -> list[float]:
    """About `hills` rounded rises, heights scaled to 0 to 1."""
    knots = Image.frombytes("L", (hills * 2 + 1, 1), rng.randbytes(hills * 2 + 1)).convert("F")
    curve = knots.resize((points, 1), Image.Resampling.BICUBIC).tobytes()
    return _scaled(list(struct.unpack(f"={points}f", curve)))


def _scaled(line: list[float]) -> list[float]:
    low, high = min(line), max(line)
    return [(height - low) / ((high - low) or 1.0) for height in line]


def cloud_mask(rng: random.Random, width: int, height: int, cover: float) -> Image.Image:
    """Long soft clouds, three octaves of stretched noise; `cover` (0 to 1) is their share of the sky."""
    small = (max(width // 4, 8), max(height // 4, 8))
    mask = octave(rng, (4, 7), small)
    for cells, share in (((9, 20), 0.42), ((20, 52), 0.28)):
        mask = Image.blend(mask, octave(rng, cells, small), share)
    floor = 255 * (0.68 - 0.38 * cover)
    curve = [min(255, round(max(0.0, (v - floor) / (255 * 0.45)) ** 1.3 * 255)) for v in range(256)]
    return mask.point(curve).resize((width, height), Image.Resampling.BICUBIC)


def octave(rng: random.Random, cells: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """Value noise of `cells` (columns, rows) drawn out smoothly to `size`."""
    columns, rows = cells
    return Image.frombytes("L", cells, rng.randbytes(columns * rows)).resize(size, Image.Resampling.BICUBIC)


@lru_cache(maxsize=8)
def _grain(width: int, height: int) -> Image.Image:
    tile_bytes = random.Random(20).randbytes(GRAIN_TILE_PIXELS**2)
    level = [128 + round((v - 127.5) / 127.5 * GRAIN_STRENGTH) for v in range(256)]
    tile = Image.frombytes("L", (GRAIN_TILE_PIXELS, GRAIN_TILE_PIXELS), tile_bytes).point(level)
    whole = Image.new("L", (width, height))
    for left in range(0, width, GRAIN_TILE_PIXELS):
        for top in range(0, height, GRAIN_TILE_PIXELS):
            whole.paste(tile, (left, top))
    return Image.merge("RGB", (whole, whole, whole))


def with_grain(picture: Image.Image) -> Image.Image:
    """Breaks up the bands of gradients, as film does."""
    return ImageChops.add(picture, _grain(*picture.size), 1, -128)
