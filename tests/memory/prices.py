"""Prices in memory: those given, else the catalogue's."""

from darkroom.jobs.catalogue import find_model


class MemoryPrices:
    def __init__(self, prices: dict[str, int | None] | None = None) -> None:
        self.prices = prices or {}

    def price_microusd(self, model_id: str) -> int | None:
        model = find_model(model_id)
        return self.prices.get(model_id, model.price_microusd if model else None)
