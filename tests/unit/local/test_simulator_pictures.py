"""The pictures: true to size and format, the same for the same order, captioned in any script."""

import asyncio
import io
from collections.abc import Iterator

import pytest
from PIL import Image

from local.simulator.pictures import fonts, studio, typesetting
from local.simulator.pictures.palettes import PALETTES
from local.simulator.pictures.scene import KINDS, paint_scene
from local.simulator.pictures.studio import Order, Studio, draw
from local.simulator.pictures.typesetting import length, shortened, wrap

COMMA = "\uff0c"
"""The Chinese one."""
PROMPTS = {
    "english": "Serene Japanese zen garden with raked sand patterns, soft morning mist",
    "chinese": f"夕阳下的海边{COMMA}一位画家在阳光明媚的工作室里作画。",
    "mixed": "A café 咖啡 at dawn, مقهى, नमस्ते, ☕",
    "long": "lush green plants contrasting with urban architecture, " * 40,
    "one word": "x" * 900,
    "one letter": "x",
}


@pytest.fixture
def no_fallback_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine with no font but Pillow's own."""
    caches = (fonts.fonts_of_size, fonts.font_index_for, typesetting.length)
    monkeypatch.setattr(fonts, "_fallback_paths", tuple)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
@pytest.mark.parametrize("size", [(512, 512), (2048, 512), (512, 2048)])
def test_picture_has_the_asked_size_whatever_the_prompt(prompt: str, size: tuple[int, int]) -> None:
    picture = Image.open(io.BytesIO(draw(Order(prompt, 1, *size))))
    picture.load()
    assert (picture.size, picture.format) == (size, "JPEG")


@pytest.mark.parametrize("picture_format", ["jpeg", "png", "webp"])
def test_picture_has_the_asked_format(picture_format: str) -> None:
    picture = Image.open(io.BytesIO(draw(Order("x", 1, 512, 512, picture_format))))
    assert picture.format == picture_format.upper()


def test_same_order_gives_the_same_bytes_and_any_change_others() -> None:
    order = Order("a calm sea", 7, 512, 512)
    others = [
        Order("a calm lake", 7, 512, 512),
        Order("a calm sea", 8, 512, 512),
        Order("a calm sea", 7, 513, 512),
    ]
    assert draw(order) == draw(order)
    assert len({draw(order), *(draw(other) for other in others)}) == 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("palette", range(len(PALETTES)))
def test_every_kind_of_scene_in_every_palette_is_more_than_a_flat_surface(kind: str, palette: int) -> None:
    prompt = f"{KINDS[kind][0]} {PALETTES[palette].words[0]}"
    picture = paint_scene(prompt, palette, 512, 512)
    assert len(picture.reduce(8).getcolors(maxcolors=4096) or []) > 300


def test_words_of_the_prompt_lean_towards_a_palette() -> None:
    night = paint_scene("mountains at midnight under the stars", 3, 512, 512).resize((1, 1))
    winter = paint_scene("mountains in winter, frost", 3, 512, 512).resize((1, 1))
    assert sum(night.getpixel((0, 0))) + 150 < sum(winter.getpixel((0, 0)))  # type: ignore[arg-type]


@pytest.mark.usefixtures("no_fallback_fonts")
def test_chinese_is_drawn_as_code_points_where_no_font_has_it() -> None:
    assert fonts.font_index_for("海") is None
    assert fonts.font_index_for("x") == 0
    with_boxes = draw(Order("海", 1, 512, 512))
    assert with_boxes != draw(Order("湖", 1, 512, 512))


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_wrapped_lines_are_no_wider_than_asked_and_lose_nothing(prompt: str) -> None:
    lines = wrap(prompt, 20, 400)
    assert "".join(lines).replace(" ", "") == "".join(prompt.split())
    assert max(length(line, 20) for line in lines) <= 400 + 20


def test_no_line_starts_with_closing_punctuation() -> None:
    for width in range(100, 200, 5):
        assert not any(
            line.startswith(COMMA) for line in wrap(f"海边的画家{COMMA}山上的雪{COMMA}" * 5, 20, width)[1:]
        )


def test_lines_over_the_limit_end_in_an_ellipsis() -> None:
    lines = shortened(wrap("word " * 200, 20, 300), 3, 20, 300)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert length(lines[-1], 20) <= 300


def test_studio_draws_an_order_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Order] = []

    def drawing(order: Order) -> bytes:
        drawn.append(order)
        return b"picture"

    monkeypatch.setattr(studio, "draw", drawing)

    async def ask() -> list[bytes]:
        room = Studio()
        order = Order("x", 1, 512, 512)
        room.prepare(order)
        together = await asyncio.gather(*(room.picture(order) for _ in range(5)))
        later = await room.picture(order)
        room.close()
        return [*together, later]

    assert asyncio.run(ask()) == [b"picture"] * 6
    assert len(drawn) == 1


def test_studio_forgets_the_oldest_when_it_holds_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def drawing(order: Order) -> bytes:
        drawn.append(order.seed)
        return b"0123456789"

    monkeypatch.setattr(studio, "KEPT_BYTES", 20)
    monkeypatch.setattr(studio, "draw", drawing)

    async def ask() -> None:
        room = Studio()
        for seed in (1, 2, 3, 3, 2, 1):
            await room.picture(Order("x", seed, 512, 512))
        room.close()

    asyncio.run(ask())
    assert drawn == [1, 2, 3, 1]
