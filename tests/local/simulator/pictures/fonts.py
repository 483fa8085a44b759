"""Which font draws which character: Pillow's own first, then one that covers Chinese, else none."""

import importlib.util
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

FONT_PACKAGE = ("paperang_p2_fonts_cjk", "fonts/wqy-microhei.ttc")
"""A data-only package with WenQuanYi Micro Hei; optional, 2 MB."""
SYSTEM_FONTS = (
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc",
    "wqy-zenhei.ttc", "PingFang.ttc", "Hiragino Sans GB.ttc", "STHeiti Light.ttc", "msyh.ttc", "simsun.ttc",
    "DejaVuSans.ttf",
)  # fmt: skip
NOT_A_CHARACTER = "\U0010ffff"


@lru_cache(maxsize=1)
def _fallback_paths() -> tuple[str, ...]:
    """Files and names of fonts that could be opened, best first."""
    candidates: list[str] = []
    package, file_name = FONT_PACKAGE
    spec = importlib.util.find_spec(package)
    if spec and spec.submodule_search_locations:
        candidates.append(str(Path(spec.submodule_search_locations[0]) / file_name))
    return tuple(name for name in (*candidates, *SYSTEM_FONTS) if _opens(name))


def _opens(name: str) -> bool:
    try:
        ImageFont.truetype(name, 10)
    except OSError:
        return False
    return True


@lru_cache(maxsize=64)
def fonts_of_size(size_pixels: int) -> tuple[Font, ...]:
    """The fonts to ask in turn."""
    fallbacks = [ImageFont.truetype(path, size_pixels) for path in _fallback_paths()]
    return (ImageFont.load_default(size_pixels), *fallbacks)


@lru_cache(maxsize=8192)
def font_index_for(character: str) -> int | None:
    """The place in `fonts_of_size` of the first font that has the character; None if none has it."""
    if character.isspace():
        return 0
    for index, font in enumerate(fonts_of_size(16)):
        if _has(font, character):
            return index
    return None


def _has(font: Font, character: str) -> bool:
    drawn, missing = font.getmask(character), font.getmask(NOT_A_CHARACTER)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


def runs(text: str) -> list[tuple[int | None, str]]:
    """The text cut where the font changes."""
    return [(index, "".join(part)) for index, part in groupby(text, key=font_index_for)]
