"""Measures, wraps and draws text of mixed scripts; what no font has becomes a box with its code point."""

import re
from functools import lru_cache

from PIL import ImageDraw

from local.simulator.pictures.colour import RGB
from local.simulator.pictures.fonts import fonts_of_size, runs

WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff"
TOKEN = re.compile(rf"\s+|[{WIDE}]|[^\s{WIDE}]+")
NO_LINE_STARTS_WITH = "\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300d\u300f\u201d\u2019,.;:?!)"
BOX_WIDTH_EM = 1.0


@lru_cache(maxsize=4096)
def length(text: str, size_pixels: int) -> float:
    """Pixels the text takes on one line."""
    fonts = fonts_of_size(size_pixels)
    return sum(
        len(part) * BOX_WIDTH_EM * size_pixels if index is None else fonts[index].getlength(part)
        for index, part in runs(text)
    )


def draw_line(
    draw: ImageDraw.ImageDraw, x: float, baseline: float, text: str, size_pixels: int, fill: RGB
) -> None:
    """Draws one line, its letters standing on the baseline."""
    fonts = fonts_of_size(size_pixels)
    for index, part in runs(text):
        if index is not None:
            draw.text((x, baseline), part, font=fonts[index], fill=fill, anchor="ls")
            x += fonts[index].getlength(part)
            continue
        for character in part:
            _draw_code_point(draw, x, baseline, character, size_pixels, fill)
            x += size_pixels * BOX_WIDTH_EM


def _draw_code_point(
    draw: ImageDraw.ImageDraw, x: float, baseline: float, character: str, size_pixels: int, fill: RGB
) -> None:
    digits = f"{ord(character):04X}" if ord(character) < 0x10000 else f"{ord(character):06X}"
    half = len(digits) // 2
    top, side = baseline - size_pixels * 0.84, size_pixels * 0.92
    draw.rounded_rectangle((x + 1, top, x + side, top + side), radius=size_pixels * 0.12, outline=fill)
    small = fonts_of_size(max(5, round(size_pixels * (0.36 if half == 2 else 0.28))))[0]
    for row, part in enumerate((digits[:half], digits[half:])):
        middle = (x + (side + 1) / 2, top + side * (0.3 + 0.42 * row))
        draw.text(middle, part, font=small, fill=fill, anchor="mm")


def wrap(text: str, size_pixels: int, width: float) -> list[str]:
    """Lines no wider than `width`, broken at spaces and between Chinese characters, else inside words.

    Closing punctuation may stand out a little, so that no line starts with it.
    """
    lines, line, taken = [], "", 0.0
    for token in _tokens(text, size_pixels, width):
        long = length(token, size_pixels)
        if line and not token.isspace() and taken + long > width and token[0] not in NO_LINE_STARTS_WITH:
            lines.append(line.rstrip())
            line, taken = "", 0.0
        line, taken = line + token, taken + long
    return [*lines, line.rstrip()]


def _tokens(text: str, size_pixels: int, width: float) -> list[str]:
    tokens: list[str] = []
    for token in TOKEN.findall(" ".join(text.split())):
        pieces = 1 + int(length(token, size_pixels) // (width * 0.9))
        step = -(-len(token) // pieces)
        tokens += [token[start : start + step] for start in range(0, len(token), step)]
    return tokens


def shortened(lines: list[str], most: int, size_pixels: int, width: float) -> list[str]:
    """At most `most` lines, the last one ending in an ellipsis if something was left out."""
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and length(last + "…", size_pixels) > width:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + "…"]
