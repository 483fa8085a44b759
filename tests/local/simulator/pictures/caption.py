"""The prompt on a pane of frosted glass at the foot of the picture."""

from PIL import Image, ImageDraw

from local.simulator.pictures.typesetting import draw_line, shortened, wrap

MOST_LINES = 4
MOST_CHARACTERS = 1000
PANE = (10, 9, 20)
INK = (255, 253, 248)
FAINT_INK = (206, 204, 214)
FROST = 12


def draw_caption(picture: Image.Image, prompt: str, footnote: str) -> None:
    """Sets the prompt in up to four lines, smaller if it is long, and the footnote under it."""
    width, height = picture.size
    margin = round(min(width, height) * 0.034)
    padding = round(margin * 0.8)
    text_width = width - 2 * (margin + padding)
    size, lines = _fitted(prompt, round(max(15, min(width, height) * 0.0235)), text_width)
    leading, note_size = round(size * 1.42), max(10, round(size * 0.62))
    pane_height = padding * 2 + leading * len(lines) + round(note_size * 1.3)
    box = (margin, height - margin - pane_height, width - margin, height - margin)
    _frost(picture, box, radius=round(padding * 0.8))
    draw = ImageDraw.Draw(picture)
    left, baseline = box[0] + padding, box[1] + padding + size
    for line in lines:
        draw_line(draw, left, baseline, line, size, INK)
        baseline += leading
    draw_line(draw, left, box[3] - padding, footnote, note_size, FAINT_INK)


def _fitted(prompt: str, size: int, width: int) -> tuple[int, list[str]]:
    """The largest of three sizes at which the prompt fits; else the smallest, cut off with an ellipsis."""
    prompt = prompt[:MOST_CHARACTERS]
    for share in (1.0, 0.86, 0.74):
        smaller = max(11, round(size * share))
        lines = wrap(prompt, smaller, width)
        if len(lines) <= MOST_LINES:
            return smaller, lines
    return smaller, shortened(lines, MOST_LINES, smaller, width)


def _frost(picture: Image.Image, box: tuple[int, int, int, int], radius: int) -> None:
    size = (box[2] - box[0], box[3] - box[1])
    behind = picture.crop(box)
    glass = behind.reduce(FROST).resize(size, Image.Resampling.BILINEAR)
    glass = Image.blend(glass, Image.new("RGB", size, PANE), 0.5)
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=255)
    picture.paste(glass, box, mask.reduce(2))
