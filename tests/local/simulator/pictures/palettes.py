"""The palettes, and how a prompt's words lean towards one of them."""

import random
import re
from dataclasses import dataclass

from local.simulator.pictures.colour import RGB, rgb


@dataclass(frozen=True)
class Palette:
    """`sky` runs from the zenith to the horizon; land runs from `far` (in the haze) to `near`."""

    sky: tuple[RGB, ...]
    sun: RGB
    glow: RGB
    far: RGB
    near: RGB
    words: tuple[str, ...]
    night: bool = False
    aurora: bool = False


def _palette(sky: str, sun: str, glow: str, land: str, words: str, **flags: bool) -> Palette:
    stops = tuple(rgb(colour) for colour in sky.split())
    far, near = (rgb(colour) for colour in land.split())
    return Palette(stops, rgb(sun), rgb(glow), far, near, tuple(words.split()), **flags)


PALETTES = (
    _palette("2c3e6b 7b5b86 d98a6a ffd39b", "fff3d0", "ffb869", "cf9080 2a1b30",
             "golden hour sunset sunlit warm evening jazz 夕阳 黄昏"),
    _palette("8fabbd bccbd0 ede4d6", "fffaf0", "fff0d0", "b9c6c8 2d444f",
             "morning mist fog zen serene calm soft 早晨 雾 禅"),
    _palette("050b1f 10234b 2b4a80 6485ad", "f6f2e2", "9fb8dd", "4a6894 070b1a",
             "night moon moonlit midnight star stars galaxy 夜 月 星空", night=True),
    _palette("37477a 8a7cb0 efb1b4 fde3ca", "fff6e6", "ffcfb5", "b79ab6 2a2448",
             "mountain mountains alpine dawn snow peak 山 黎明"),
    _palette("10303f 22636e 74b09f f3dcab", "fffbe6", "f7d995", "72a598 0a2027",
             "sea ocean lake river water wave island 海 湖 水"),
    _palette("240f30 74203f d24b3b ffb661", "ffe9b8", "ff8f4f", "b54a49 190a1a",
             "red crimson fire volcano lava dramatic 红 火"),
    _palette("6fb6dc a9d8e4 e4f2e6 fdf4df", "fffef2", "fff3c4", "a6cdb9 1f5145",
             "spring green garden meadow plants park forest 春 花园 森林"),
    _palette("030f1d 08283a 0f4a4f 2c7a6c", "e8fff6", "5fd6ae", "1f5a60 02080d",
             "aurora north polar arctic ice 极光 冰", night=True, aurora=True),
    _palette("54488a 9a82bd dfb6d0 fce5d6", "fff4ea", "ffd2d8", "b79cc4 2c2150",
             "dream lavender violet fantasy magic flower 梦 花"),
    _palette("4f9abf a3cfd4 f5e7c8", "fffdf0", "ffe9b0", "e2b888 74391f",
             "desert sand dune dunes canyon summer 沙漠 夏"),
    _palette("7f9fbd bed3e3 f2f2f2", "ffffff", "ffffff", "c4d4e1 33506d",
             "winter snowy frost cold 冬 雪"),
    _palette("0c1230 3a2560 a03d7c f58f7c", "ffd9c4", "ff7fa0", "7a3f7d 0d0a20",
             "city neon cyberpunk futuristic skyline street urban robot 城市 霓虹"),
)  # fmt: skip


def mentions(prompt: str, words: tuple[str, ...]) -> int:
    """How many of the words the prompt has: English as whole words, Chinese anywhere."""
    lowered = prompt.lower()
    found = set(re.findall(r"[a-z]+", lowered))
    found |= {word.removesuffix("s") for word in found}
    return sum(word in found if word.isascii() else word in lowered for word in words)


def choose_palette(prompt: str, rng: random.Random) -> Palette:
    """The palette with most words in the prompt; among equals (often: none has any) the draw decides."""
    scores = [mentions(prompt, palette.words) for palette in PALETTES]
    best = max(scores)
    return rng.choice([palette for palette, score in zip(PALETTES, scores, strict=True) if score == best])
