"""The catalogue: each model with its own defaults, limits and price. Another model is another row.

Sources: the two model pages that the project was created from, as the contract page mends them.
"""

from dataclasses import dataclass

MAX_SEED = 2_147_483_647
RANDOM_SEED = -1


@dataclass(frozen=True, slots=True)
class Model:
    """Sizes are pixels, the same range for width and height. A price of None is unknown, never zero.

    `added_at`: since when the catalogue has it, in Unix seconds.
    """

    id: str
    name: str
    description: str
    added_at: int
    default_size: tuple[int, int]
    price_microusd: int | None
    prompt_max_characters: int
    prompt_advised_characters: int | None = None
    min_pixels: int = 512
    max_pixels: int = 2048
    aliases: tuple[str, ...] = ()

    @property
    def provider(self) -> str:
        """Who made the model: the first part of its id."""
        return self.id.split("/")[0]


DREAMINA_V31 = Model(
    id="bytedance/dreamina-v3.1/text-to-image",
    name="Bytedance Dreamina V3.1 Text To Image",
    description="Text to image with enhanced aesthetics and style accuracy: richer, more polished images.",
    added_at=1_795_132_800,
    default_size=(1328, 1328),
    price_microusd=27_000,
    # Its page names no limit; this one is ours, so that a request has a bounded size.
    prompt_max_characters=2_000,
    aliases=("bytedance/bytedance-dreamina-v3.1-text-to-image", "dreamina-v3.1"),
)
SEEDREAM_V31 = Model(
    id="bytedance/seedream-v3.1",
    name="Bytedance Seedream V3.1",
    description="Text to image, strong in picture aesthetics, style accuracy and richness of details.",
    added_at=1_795_132_800,
    default_size=(1024, 1024),
    price_microusd=None,  # not on its page
    prompt_max_characters=800,
    prompt_advised_characters=120,
    aliases=("seedream-v3.1",),
)
MODELS = (DREAMINA_V31, SEEDREAM_V31)

_BY_NAME = {name: model for model in MODELS for name in (model.id, *model.aliases)}


def find_model(name: str) -> Model | None:
    """By its id or one of its aliases."""
    return _BY_NAME.get(name)
