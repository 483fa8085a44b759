"""The sky: gradient, sun or moon with its glow, stars, aurora, clouds."""

import random

from PIL import Image, ImageChops, ImageDraw

from local.simulator.pictures.colour import lightness, mix, vertical_fade, vertical_gradient
from local.simulator.pictures.noise import cloud_mask, octave
from local.simulator.pictures.palettes import Palette

Point = tuple[int, int]
RADIAL_LEVEL_AT_EDGE = 180
"""What Pillow's radial gradient has reached in the middle of its sides; the corners have 255."""


def paint_sky(
    rng: random.Random, palette: Palette, size: tuple[int, int], horizon: int
) -> tuple[Image.Image, Point]:
    """The sky over the whole picture, and where its sun stands."""
    width = size[0]
    picture = Image.new("RGB", size, palette.sky[-1])
    picture.paste(vertical_gradient(palette.sky, width, horizon, bend=1.15), (0, 0))
    sun = (round(width * rng.uniform(0.2, 0.8)), round(horizon * rng.uniform(0.42, 0.8)))
    if palette.night:
        sun = (sun[0], round(horizon * rng.uniform(0.22, 0.42)))
        _stars(rng, picture, horizon)
    if palette.aurora:
        _aurora(rng, picture, palette, horizon)
    _glow(picture, palette, sun, round(min(size) * 0.95), 0.75)
    _clouds(rng, picture, palette, horizon)
    _disc(picture, palette, sun, round(min(size) * rng.uniform(0.04, 0.065)))
    return picture, sun


def _glow(picture: Image.Image, palette: Palette, centre: Point, radius: int, strength: float) -> None:
    left, top = centre[0] - radius, centre[1] - radius
    right, bottom = min(picture.width, left + 2 * radius), min(picture.height, top + 2 * radius)
    seen = (max(0, left), max(0, top), right, bottom)
    scale = 256 / (2 * radius)
    box = ((seen[0] - left) * scale, (seen[1] - top) * scale, (right - left) * scale, (bottom - top) * scale)
    falloff = [round(max(0.0, 1 - v / RADIAL_LEVEL_AT_EDGE) ** 1.9 * 255 * strength) for v in range(256)]
    radial = Image.radial_gradient("L").point(falloff)
    mask = radial.resize((seen[2] - seen[0], seen[3] - seen[1]), Image.Resampling.BILINEAR, box=box)
    picture.paste(palette.glow, seen, mask)


def _disc(picture: Image.Image, palette: Palette, centre: Point, radius: int) -> None:
    _glow(picture, palette, centre, radius * 4, 0.8)
    disc = Image.new("L", (radius * 8, radius * 8))
    draw = ImageDraw.Draw(disc)
    draw.ellipse((0, 0, radius * 8 - 1, radius * 8 - 1), fill=250)
    if palette.night and not palette.aurora:
        draw.ellipse((radius * 2, -radius, radius * 9, radius * 6), fill=0)
    picture.paste(palette.sun, (centre[0] - radius, centre[1] - radius), disc.reduce(4))


def _stars(rng: random.Random, picture: Image.Image, horizon: int) -> None:
    draw = ImageDraw.Draw(picture)
    width = picture.width
    for _ in range(width * horizon // 3200):
        x, y = rng.randrange(width), round(horizon * rng.random() ** 1.5)
        shine = rng.random() ** 3 * (1 - y / horizon * 0.8)
        under = picture.getpixel((x, y))
        assert isinstance(under, tuple)
        colour = mix((under[0], under[1], under[2]), (255, 250, 240), 0.25 + 0.75 * shine)
        draw.point((x, y), colour)
        if shine > 0.45:
            draw.ellipse((x - 1, y - 1, x + 1, y + 1), fill=colour)


def _aurora(rng: random.Random, picture: Image.Image, palette: Palette, horizon: int) -> None:
    width = picture.width
    for colour, share in ((palette.glow, 0.95), ((126, 104, 214), 0.6)):
        curtain = octave(rng, (18, 3), (width, horizon)).point([max(0, v * 2 - 190) for v in range(256)])
        rays = octave(rng, (90, 1), (width, horizon)).point([120 + v // 2 for v in range(256)])
        shape = ImageChops.multiply(curtain, rays)
        fade = vertical_fade(width, (0, 60, 200, 255, 120, 0), horizon)
        mask = ImageChops.multiply(shape, fade).point([round(v * share) for v in range(256)])
        picture.paste(colour, (0, 0), mask)


def _clouds(rng: random.Random, picture: Image.Image, palette: Palette, horizon: int) -> None:
    width = picture.width
    clouds = cloud_mask(rng, width, horizon, cover=rng.uniform(0.1, 0.75))
    mask = ImageChops.multiply(clouds, vertical_fade(width, (70, 150, 190, 120, 20), horizon))
    light = mix(palette.sky[-1], palette.sun, 0.55)
    if lightness(palette.sky[0]) < 0.2 and palette.night:
        light = mix(palette.sky[-2], palette.glow, 0.25)
    picture.paste(light, (0, 0), mask)
