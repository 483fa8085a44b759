"""A whole scene from prompt and seed: which kind of land, in how many layers, and the finish."""

import hashlib
import random
from functools import lru_cache

from PIL import Image

from local.simulator.pictures import land
from local.simulator.pictures.city import paint_city
from local.simulator.pictures.noise import with_grain
from local.simulator.pictures.palettes import Palette, choose_palette, mentions
from local.simulator.pictures.sky import Point, paint_sky
from local.simulator.pictures.water import paint_birds, paint_water

KINDS = {
    "city": (
        "city",
        "skyline",
        "skyscraper",
        "street",
        "urban",
        "neon",
        "cyberpunk",
        "building",
        "coffee",
        "城",
        "街",
    ),
    "sea": ("sea", "ocean", "lake", "river", "water", "beach", "island", "harbour", "海", "湖", "江"),
    "dunes": ("desert", "dune", "sand", "canyon", "沙"),
    "forest": ("forest", "tree", "wood", "garden", "jungle", "park", "plants", "林", "树", "园"),
    "mountains": ("mountain", "alp", "peak", "valley", "cliff", "山", "峰"),
}


def paint_scene(prompt: str, seed: int, width: int, height: int) -> Image.Image:
    """The same picture for the same prompt, seed and size, on every machine and in every thread."""
    digest = hashlib.sha256(f"{prompt}\0{seed}\0{width}x{height}".encode()).digest()
    rng = random.Random(digest)
    palette = choose_palette(prompt, rng)
    kind = _choose_kind(prompt, rng)
    horizon = round(height * rng.uniform(0.56, 0.68))
    picture, sun = paint_sky(rng, palette, (width, height), horizon)
    if kind == "sea":
        _coast(rng, picture, palette, horizon, sun)
    elif kind == "city":
        paint_city(rng, picture, palette, horizon)
    else:
        _layers(rng, picture, palette, horizon, kind)
    if rng.random() < 0.6 and not palette.night:
        paint_birds(rng, picture, palette, horizon)
    return with_grain(_vignette(picture))


def _choose_kind(prompt: str, rng: random.Random) -> str:
    named = [kind for kind, words in KINDS.items() if mentions(prompt, words)]
    return rng.choice(named or ["mountains", "mountains", "forest", "sea", "dunes"])


def _layers(rng: random.Random, picture: Image.Image, palette: Palette, horizon: int, kind: str) -> None:
    count = rng.randint(5, 7)
    height = picture.height
    top = horizon - height * rng.uniform(0.16, 0.24)
    for index in range(count):
        nearness = index / (count - 1)
        relief = round(height * (0.17 - 0.06 * nearness))
        shape = land.dunes if kind == "dunes" else land.mountains if nearness < 0.6 else land.hills
        ornament = land.pines if kind in ("forest", "mountains") and nearness > 0.55 else None
        crest = shape(rng, nearness)
        land.paint_layer(
            rng, picture, crest, round(top), relief, land.layer_colours(palette, nearness), ornament
        )
        top += (height * 0.98 - top) / (count - index + 1.6)


def _coast(rng: random.Random, picture: Image.Image, palette: Palette, horizon: int, sun: Point) -> None:
    height = picture.height
    for nearness, share in ((0.0, 0.15), (0.25, 0.08)):
        relief = round(height * share)
        colours = land.layer_colours(palette, nearness)
        land.paint_layer(rng, picture, land.mountains(rng, nearness), horizon - relief, relief, colours)
    paint_water(rng, picture, palette, horizon, sun)
    shore = zip(land.hills(rng, 1.0), _falling(rng), strict=True)
    crest = [max(0.0, level * slope) for level, slope in shore]
    relief = round(height * 0.2)
    colours = land.layer_colours(palette, 1.0)
    land.paint_layer(rng, picture, crest, height - relief, relief, colours, land.pines)


def _falling(rng: random.Random) -> list[float]:
    """A shore that rises to one side."""
    slope = [1.25 - 2.1 * i / (land.CREST_POINTS - 1) for i in range(land.CREST_POINTS)]
    return slope if rng.random() < 0.5 else slope[::-1]


def _vignette(picture: Image.Image) -> Image.Image:
    picture.paste((8, 6, 18), (0, 0), _corners(picture.size))
    return picture


@lru_cache(maxsize=8)
def _corners(size: tuple[int, int]) -> Image.Image:
    darkness = [round(max(0, v - 140) / 115 * 70) for v in range(256)]
    return Image.radial_gradient("L").point(darkness).resize(size, Image.Resampling.BILINEAR)
