"""Models, prices, balance, webhook secret."""

from aiohttp import web

from local.simulator.answers import refusal, success
from local.simulator.catalogue import MODELS, listing
from local.simulator.submission import INVALID_PARAMETER
from local.simulator.submit_routes import json_body
from local.simulator.world import World


class AccountRoutes:
    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v3/models", self._models),
            web.post("/api/v3/model/price", self._price),
            web.get("/api/v3/balance", self._balance),
            web.get("/api/v3/webhook/secret", self._webhook_secret),
        ]

    async def _models(self, request: web.Request) -> web.StreamResponse:
        self._world.account(request.headers.get("Authorization"))
        prices = self._world.price_microusd
        return success([listing(model, prices(model), self._world.url) for model in MODELS.values()])

    async def _price(self, request: web.Request) -> web.StreamResponse:
        self._world.account(request.headers.get("Authorization"))
        body = await json_body(request)
        model_id = body.get("model_id") if isinstance(body, dict) else None
        if not isinstance(model_id, str):
            raise refusal(400, "model_id must be a string", INVALID_PARAMETER)
        if model_id not in MODELS:
            raise refusal(404, f"model not found: {model_id}")
        price_usd = self._world.price_microusd(MODELS[model_id]) / 1e6
        money = {"price": price_usd, "discounted_price": price_usd, "discount_rate": 0, "currency": "USD"}
        return success({"model_id": model_id, **money})

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        account = self._world.account(request.headers.get("Authorization"))
        return success({"balance": account.balance_microusd / 1e6})

    async def _webhook_secret(self, request: web.Request) -> web.StreamResponse:
        account = self._world.account(request.headers.get("Authorization"))
        return success({"secret": account.webhook_secret})
