"""Colours and vertical gradients; knows nothing of what is drawn with them."""

from collections.abc import Sequence

from PIL import Image

RGB = tuple[int, int, int]
GRADIENT_SAMPLES = 128
"""Computed in Python; the rest is interpolated by Pillow, at a tenth of the time."""


def rgb(hex_digits: str) -> RGB:
    """`rgb("ffb869")`."""
    return int(hex_digits[0:2], 16), int(hex_digits[2:4], 16), int(hex_digits[4:6], 16)


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """`share` 0 gives the first colour, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lightness(colour: RGB) -> float:
    """0 to 1, by the usual luma weights."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def along(stops: Sequence[RGB], position: float) -> RGB:
    """The colour at `position` (0 to 1) of evenly spaced stops."""
    scaled = min(max(position, 0.0), 1.0) * (len(stops) - 1)
    index = min(int(scaled), len(stops) - 2)
    return mix(stops[index], stops[index + 1], scaled - index)


def vertical_gradient(stops: Sequence[RGB], width: int, height: int, bend: float = 1.0) -> Image.Image:
    """From the first stop at the top to the last at the bottom; a `bend` above 1 stays at the top longer."""
    samples = min(max(height, 2), GRADIENT_SAMPLES)
    column = Image.new("RGB", (1, samples))
    column.putdata([along(stops, (y / (samples - 1)) ** bend) for y in range(samples)])
    smooth = column.resize((1, height), Image.Resampling.BILINEAR)
    return smooth.resize((width, height), Image.Resampling.NEAREST)


def vertical_fade(width: int, levels: Sequence[int], height: int) -> Image.Image:
    """A mask that runs through the given levels (0 to 255) from top to bottom."""
    stops = [(level, level, level) for level in levels]
    return vertical_gradient(stops, width, height).getchannel(0)
