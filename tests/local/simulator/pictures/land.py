"""Land in layers, from the haze to the foreground: each layer is a soft-edged mask filled with a gradient."""

import random
from collections.abc import Callable

from PIL import Image, ImageDraw

from local.simulator.pictures.colour import RGB, mix, vertical_gradient
from local.simulator.pictures.noise import rough_line, smooth_line
from local.simulator.pictures.palettes import Palette

CREST_POINTS = 257
Crest = list[float]
"""Heights of the edge, 0 (lowest) to 1, evenly spaced over the width."""
Ornament = Callable[[random.Random, ImageDraw.ImageDraw, list[tuple[float, float]]], None]
"""Adds to a mask at twice the size, along the given edge."""


def mountains(rng: random.Random, nearness: float) -> Crest:
    return rough_line(rng, CREST_POINTS, 0.58 - 0.1 * nearness)


def hills(rng: random.Random, nearness: float) -> Crest:
    return smooth_line(rng, CREST_POINTS, 3 + round(2 * (1 - nearness)))


def dunes(rng: random.Random, nearness: float) -> Crest:
    """Long slopes to windward, short ones to lee."""
    soft = smooth_line(rng, CREST_POINTS, 2 + round(2 * (1 - nearness)))
    waves = [abs((x / 48 + nearness * 3) % 2 - 1) ** 2 for x in range(CREST_POINTS)]
    return [0.8 * height**1.5 + 0.2 * wave for height, wave in zip(soft, waves, strict=True)]


def pines(rng: random.Random, draw: ImageDraw.ImageDraw, edge: list[tuple[float, float]]) -> None:
    """Firs along the edge, in groups."""
    step = edge[1][0] - edge[0][0]
    density = smooth_line(rng, len(edge), 5)
    for (x, y), wooded in zip(edge, density, strict=True):
        if rng.random() < 0.25 + 0.7 * wooded:
            _fir(
                draw,
                x + rng.uniform(-step, step),
                y + step,
                step * rng.uniform(3.2, 8.5) * (0.6 + 0.6 * wooded),
            )


def _fir(draw: ImageDraw.ImageDraw, x: float, foot: float, height: float) -> None:
    for tier, (low, high, half) in enumerate(((0.0, 0.5, 0.2), (0.28, 0.78, 0.15), (0.56, 1.0, 0.1))):
        lean = height * 0.01 * tier
        base = foot - height * low
        draw.polygon(
            [(x - height * half, base), (x + lean, foot - height * high), (x + height * half, base)], fill=255
        )


def paint_layer(
    rng: random.Random,
    picture: Image.Image,
    crest: Crest,
    top: int,
    relief: int,
    colours: tuple[RGB, RGB],
    ornament: Ornament | None = None,
) -> None:
    """Fills everything under the crest, which lies between `top` and `top + relief`, down to the bottom."""
    width, height = picture.size
    headroom = relief // 2 + 40 if ornament else 2
    start = max(0, top - headroom)
    band = min(height, top + relief + 2) - start
    if band <= 0:
        return
    mask = Image.new("L", (width * 2, band * 2))
    draw = ImageDraw.Draw(mask)
    step = width * 2 / (len(crest) - 1)
    edge = [(i * step, 2 * (top - start + relief * (1 - level))) for i, level in enumerate(crest)]
    draw.polygon([*edge, (width * 2, band * 2), (0, band * 2)], fill=255)
    if ornament:
        ornament(rng, draw, edge)
    fill = vertical_gradient(colours, width, height - start, bend=0.8)
    picture.paste(fill.crop((0, 0, width, band)), (0, start), mask.reduce(2))
    picture.paste(fill.crop((0, band, width, height - start)), (0, start + band))


def layer_colours(palette: Palette, nearness: float) -> tuple[RGB, RGB]:
    """Crest and foot of a layer: the further away, the more of the horizon's haze lies at its foot."""
    body = mix(palette.far, palette.near, nearness**1.15)
    haze = mix(palette.sky[-1], palette.glow, 0.25)
    return body, mix(body, haze, 0.85 * (1 - nearness) ** 1.3)
