"""The catalogue: the models, what each takes, and what it costs."""

from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters
from darkroom.faces.aigateway.models import ModelAnswer, ModelList, model_answer, models_of
from darkroom.http.api import answer
from darkroom.http.errors import ApiError
from darkroom.jobs.catalogue import Model, find_model
from query.api import api


@api.get("/v1/models")
@api.takes("modality", "provider")
def list_models() -> Response[str]:
    found = models_of(api.query("modality"), api.query("provider"))
    models: ModelList = {"object": "list", "data": [_answer(model) for model in found]}
    return answer(models)


@api.get("/v1/models/<name>")
def get_model(name: str) -> Response[str]:
    """By its id, whose slashes may come as they are or as %2F, or by an alias."""
    model = find_model(unquote(name))
    if model is None:
        raise ApiError(404, "model_not_found", "There is no such model. GET /v1/models lists them.")
    return answer(_answer(model))


def _answer(model: Model) -> ModelAnswer:
    return model_answer(model, adapters.prices().price_microusd(model.id))
