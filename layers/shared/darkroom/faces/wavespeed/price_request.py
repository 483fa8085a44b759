"""The body of `POST /api/v3/model/price`: the inputs are held against the model as those of a submit are."""

from pydantic import BaseModel, ConfigDict, Field

from darkroom.faces.wavespeed.submission import PredictionInputs, checked_inputs, known_model
from darkroom.http.errors import invalid_request
from darkroom.http.json_body import Text, read_body
from darkroom.jobs.catalogue import Model
from darkroom.jobs.rules import InvalidRequestError, Problem
from darkroom.settings import Settings

_ANY_PROMPT = "any"


class PriceInputs(PredictionInputs):
    prompt: Text | None = Field(None, description="of no weight for the price")


class PriceRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    model_id: Text = Field(description="a model's id or alias")
    inputs: PriceInputs = Field(
        default_factory=lambda: PriceInputs.model_validate({}),
        description="an object with the fields of a submit",
    )


def read_price_request(body: bytes, settings: Settings) -> Model:
    """The model whose price is asked. Raises ApiError."""
    asked = read_body(PriceRequest, body)
    model = known_model(asked.model_id)
    prompt = _ANY_PROMPT if asked.inputs.prompt is None else asked.inputs.prompt
    try:
        checked_inputs(model, asked.inputs, prompt, settings)
    except InvalidRequestError as error:
        raise invalid_request(*(Problem(f"inputs.{p.field}", p.message) for p in error.problems)) from None
    return model
