"""Still water that mirrors what stands above the horizon, the sun's path on it, and birds over it."""

import random

from PIL import Image, ImageDraw

from local.simulator.pictures.colour import mix, vertical_fade, vertical_gradient
from local.simulator.pictures.palettes import Palette
from local.simulator.pictures.sky import Point


def paint_water(rng: random.Random, picture: Image.Image, palette: Palette, horizon: int, sun: Point) -> None:
    """Covers everything below the horizon."""
    width, height = picture.size
    depth = height - horizon
    above = picture.crop((0, max(0, horizon - depth), width, horizon))
    turned = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = turned.reduce((4, 1)).resize((width, depth), Image.Resampling.BILINEAR)
    deep = vertical_gradient((mix(palette.sky[-1], palette.far, 0.5), palette.near), width, depth)
    mirror.paste(deep, (0, 0), vertical_fade(width, (70, 130, 215), depth))
    _ripples(rng, mirror, palette)
    _sun_path(rng, mirror, palette, sun[0])
    picture.paste(mirror, (0, horizon))


def _ripples(rng: random.Random, water: Image.Image, palette: Palette) -> None:
    draw = ImageDraw.Draw(water, "RGBA")
    width, depth = water.size
    light, dark = palette.sky[-1], mix(palette.near, palette.far, 0.3)
    for _ in range(420):
        away = rng.random() ** 1.4
        y = round(away * (depth - 1))
        half = width * (0.008 + 0.06 * away) * rng.uniform(0.4, 1.4)
        x = rng.uniform(-half, width + half)
        draw.ellipse((x - half, y, x + half, y + 1 + 3 * away), fill=(*rng.choice((light, dark)), 26))


def _sun_path(rng: random.Random, water: Image.Image, palette: Palette, centre: int) -> None:
    draw = ImageDraw.Draw(water, "RGBA")
    width, depth = water.size
    for _ in range(520):
        away = rng.random() ** 1.2
        spread = width * (0.012 + 0.085 * away)
        half = width * (0.003 + 0.022 * away) * rng.uniform(0.4, 1.3)
        x, y = rng.gauss(centre, spread), away * depth
        fade = round(150 * (1 - away) ** 0.8) + 16
        draw.ellipse((x - half, y, x + half, y + 1 + 3.5 * away), fill=(*palette.sun, fade))


def paint_birds(rng: random.Random, picture: Image.Image, palette: Palette, horizon: int) -> None:
    """A small flock, drawn at four times the size for soft lines."""
    width = picture.width
    span = width * 0.011
    patch = Image.new("L", (round(span * 56), round(span * 32)))
    draw = ImageDraw.Draw(patch)
    for _ in range(rng.randint(3, 8)):
        x, y = rng.uniform(4, 50) * span, rng.uniform(4, 28) * span
        line, wing = max(3, round(span * 0.28)), span * rng.uniform(1.2, 2.4)
        for side in (-1, 1):
            box = sorted((x, x + side * wing * 2))
            draw.arc((box[0], y, box[1], y + wing * 1.1), 200, 340, fill=210, width=line)
    small = patch.reduce(4)
    left = rng.randrange(max(1, width - small.width))
    picture.paste(palette.near, (left, round(horizon * rng.uniform(0.15, 0.4))), small)
