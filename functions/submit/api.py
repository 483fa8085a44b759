"""The function's router: which module has which routes."""

from darkroom.faces.openai.refusal import IMAGES_PREFIX
from darkroom.faces.openai.refusal import refusal_of as openai_refusal
from darkroom.faces.wavespeed.envelope import WAVESPEED_PREFIX
from darkroom.faces.wavespeed.envelope import refusal_of as wavespeed_refusal
from darkroom.http.api import Api

api = Api(
    modules={
        "/v1/jobs": "submit.jobs",
        "/v1/webhooks": "submit.webhooks",
        IMAGES_PREFIX: "submit.images",
        WAVESPEED_PREFIX: "submit.predictions",
    },
    refusals={WAVESPEED_PREFIX: wavespeed_refusal, IMAGES_PREFIX: openai_refusal},
)
