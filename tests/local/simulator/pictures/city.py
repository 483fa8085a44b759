"""A skyline in three depths, with lit windows in the nearer ones."""

import random

from PIL import Image, ImageDraw

from local.simulator.pictures.colour import RGB, lightness, mix, vertical_gradient
from local.simulator.pictures.land import layer_colours
from local.simulator.pictures.palettes import Palette

Box = tuple[int, int, int, int]
DEPTHS = ((0.05, 0.1, 0.4, 0.035), (0.45, 0.08, 0.42, 0.055), (0.9, 0.02, 0.34, 0.085))
"""Nearness, least and greatest height of a tower, its width: all but the first as shares of the picture."""


def paint_city(rng: random.Random, picture: Image.Image, palette: Palette, horizon: int) -> None:
    """Towers from the haze to the front; covers everything below the horizon."""
    width, height = picture.size
    for nearness, low, high, unit in DEPTHS:
        foot = round(horizon + (height - horizon) * nearness * 0.75)
        towers = _towers(rng, width, foot, (round(height * low), round(height * high)), width * unit)
        _fill(picture, towers, foot, layer_colours(palette, nearness))
        if nearness > 0.2:
            _windows(rng, picture, towers, palette, nearness)


def _towers(rng: random.Random, width: int, foot: int, heights: tuple[int, int], unit: float) -> list[Box]:
    towers: list[Box] = []
    left = -round(unit * rng.random())
    while left < width:
        right = left + round(unit * rng.uniform(0.6, 1.5))
        top = foot - round(heights[0] + (heights[1] - heights[0]) * rng.random() ** 2)
        towers.append((left, top, right, foot))
        if rng.random() < 0.35:
            inset = (right - left) // 4
            towers.append((left + inset, top - (right - left) // 2, right - inset, top))
        if rng.random() < 0.2:
            middle = (left + right) // 2
            towers.append((middle - 1, top - round(unit * 1.1), middle + 1, top))
        left = right + round(unit * rng.uniform(-0.15, 0.2))
    return towers


def _fill(picture: Image.Image, towers: list[Box], foot: int, colours: tuple[RGB, RGB]) -> None:
    width, height = picture.size
    start = max(0, min(top for _, top, _, _ in towers))
    mask = Image.new("L", (width, height - start))
    draw = ImageDraw.Draw(mask)
    for left, top, right, bottom in towers:
        draw.rectangle((left, top - start, right, bottom - start), fill=255)
    draw.rectangle((0, foot - start, width, height - start), fill=255)
    picture.paste(vertical_gradient(colours, width, height - start, bend=0.8), (0, start), mask)


def _windows(
    rng: random.Random, picture: Image.Image, towers: list[Box], palette: Palette, nearness: float
) -> None:
    draw = ImageDraw.Draw(picture)
    dark_sky = 1 - lightness(palette.sky[0])
    wide = max(2, round(picture.width * (0.002 + 0.0028 * nearness)))
    tall, gap = round(wide * 1.6), max(2, round(wide * 1.4))
    warm = mix(palette.sun, (255, 214, 140), 0.6)
    body = layer_colours(palette, nearness)[0]
    for left, top, right, bottom in towers:
        lit = rng.uniform(0.05, 0.5) * dark_sky
        for y in range(top + gap * 2, min(bottom, picture.height), tall + gap):
            for x in range(left + gap, right - wide - 1, wide + gap):
                if rng.random() < lit:
                    shine = mix(body, warm, rng.uniform(0.35, 0.95))
                    draw.rectangle((x, y, x + wide - 1, y + tall - 1), fill=shine)
