"""What can be switched while the simulator runs, and the account tiers of the contract page."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

SECONDS_PER_WEEK = 7 * 24 * 3600


class Tier(NamedTuple):
    images_per_minute: int
    concurrent_tasks: int


TIERS = {
    "bronze": Tier(10, 3),
    "silver": Tier(500, 100),
    "gold": Tier(3000, 2000),
    "ultra": Tier(5000, 5000),
}


class Settings(BaseModel):
    """Replaced as a whole by `PUT /_control/settings`, which takes any part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inference_seconds: float | None = Field(
        default=None, ge=0, description="one time for all; null: drawn by model"
    )
    inference_spread: float = Field(
        default=0.35, ge=0, le=2, description="sigma of the lognormal draw around the median"
    )
    speed: float = Field(default=1.0, gt=0, description="factor on inference times: 0.33 makes 6 s into 2 s")
    tier: Literal["bronze", "silver", "gold", "ultra"] = "silver"
    images_per_minute: int | None = Field(default=None, ge=0, description="instead of the tier's")
    concurrent_tasks: int | None = Field(default=None, ge=0, description="instead of the tier's")
    rate_window: Literal["sliding", "fixed"] = Field(
        default="sliding", description="fixed: resets each full minute"
    )
    concurrency_mode: Literal["queue", "refuse"] = Field(
        default="queue", description="refuse: 429, as users report"
    )
    retry_after_seconds: int | None = Field(default=None, description="undocumented, so not sent unless set")
    balance_microusd: int = Field(default=100_000_000, description="of each account after a reset")
    prices_microusd: dict[str, int] = Field(default={}, description="by model, instead of the catalogue's")
    insufficient_credits: Literal["402", "1407"] = Field(
        default="402", description="402, or 200 and a failed task"
    )
    callbacks: bool = True
    callback_retry_delays_seconds: tuple[float, ...] = (0.5, 2.0, 5.0)
    callback_timeout_seconds: float = Field(default=15.0, gt=0)
    list_echoes_input: bool = Field(default=True, description="undocumented upstream")
    list_window_seconds: float = SECONDS_PER_WEEK
    output_ttl_seconds: float = SECONDS_PER_WEEK
    expired_output_status: Literal[404, 410] = 404
    picture_format: Literal["jpeg", "png", "webp"] = "jpeg"
    picture_style: Literal["scene", "plain"] = Field(
        default="scene", description="plain: cheap, for load tests"
    )
    nsfw: Literal["false", "true", "null"] = Field(
        default="false", description="has_nsfw_contents; null has been seen"
    )
    sync_wait_seconds: float = Field(default=60.0, ge=0, description="undocumented upstream")
    sync_timeout: Literal["5004", "504"] = "5004"
    deleted_status: Literal["deleted", "cancelled"] = "deleted"
    delete_refund_share: float = Field(default=0.0, ge=0, le=1, description="of a task already processing")

    def limits(self) -> Tier:
        tier = TIERS[self.tier]
        rate = tier.images_per_minute if self.images_per_minute is None else self.images_per_minute
        tasks = tier.concurrent_tasks if self.concurrent_tasks is None else self.concurrent_tasks
        return Tier(rate, tasks)

    def changed(self, changes: dict[str, object]) -> "Settings":
        """Raises pydantic's ValidationError (a ValueError) on unknown names and bad values."""
        return Settings.model_validate({**self.model_dump(), **changes})
