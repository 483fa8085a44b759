"""WaveSpeed's API v3: predictions read and listed; the models and their prices.

What reads a body is imported where it is used: it loads pydantic, and most calls here have no body.
"""

import time

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters
from darkroom.faces.wavespeed.answers import Predictions
from darkroom.faces.wavespeed.envelope import envelope
from darkroom.faces.wavespeed.models import ListedModel, listed_model, price_of
from darkroom.faces.wavespeed.prediction import PredictionPage
from darkroom.http.api import answer
from darkroom.http.errors import ApiError, job_not_found
from darkroom.jobs.catalogue import MODELS
from darkroom.jobs.job import JobStatus
from darkroom.settings import settings
from query.api import api


@api.get("/api/v3/predictions/<job_id>/result")
def get_result(job_id: str) -> Response[str]:
    """At once and never throttled: clients ask each second. A failed job is a good answer."""
    job = adapters.jobs_table().get(api.tenant, job_id)
    # A job that was cancelled by deleting it says so: whoever waits for it must come to an end
    if job is None or (job.deleted and job.status is not JobStatus.CANCELLED):
        raise job_not_found()
    return answer(envelope(_predictions().result(job)))


@api.get("/api/v3/predictions/<job_id>")
def get_prediction(job_id: str) -> Response[str]:
    """The same: one page of the documentation has this path."""
    return get_result(job_id)


@api.post("/api/v3/predictions")
def list_predictions() -> Response[str]:
    from darkroom.faces.wavespeed.prediction_list import jobs_of_page, read_query

    wanted, query = read_query(api.body, time.time())
    table, tenant, predictions = adapters.jobs_table(), api.tenant, _predictions()
    jobs = jobs_of_page(
        query.page, query.page_size, lambda limit, cursor: table.list(tenant, wanted, limit, cursor)
    )
    page: PredictionPage = {
        "page": query.page,
        "page_size": query.page_size,
        "items": [predictions.listed(job) for job in jobs],
    }
    return answer(envelope(page))


@api.get("/api/v3/models")
def list_wavespeed_models() -> Response[str]:
    prices, base_url = adapters.prices(), api.base_url
    models: list[ListedModel] = [
        listed_model(model, prices.price_microusd(model.id), base_url) for model in MODELS
    ]
    return answer(envelope(models))


@api.post("/api/v3/model/price")
def price_model() -> Response[str]:
    from darkroom.faces.wavespeed.price_request import read_price_request

    model = read_price_request(api.body, settings())
    price_microusd = adapters.prices().price_microusd(model.id)
    if price_microusd is None:
        text = f"The price of {model.id} is not known; a picture of it costs what WaveSpeed then asks for it."
        raise ApiError(422, "price_unknown", text)
    return answer(envelope(price_of(model, price_microusd)))


def _predictions() -> Predictions:
    return Predictions(adapters.images_bucket(), api.base_url)
