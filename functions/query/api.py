"""The function's router: which module has which routes."""

from darkroom.faces.wavespeed.envelope import WAVESPEED_PREFIX, refusal_of
from darkroom.http.api import Api

api = Api(
    modules={
        "/v1/jobs": "query.jobs",
        "/v1/files/": "query.files",
        "/outputs/": "query.files",
        "/v1/models": "query.models",
        "/v1/usage": "query.usage",
        WAVESPEED_PREFIX: "query.predictions",
        "/openapi.json": "query.documents",
        "/docs": "query.documents",
        "/llms.txt": "query.documents",
    },
    refusals={WAVESPEED_PREFIX: refusal_of},
)
