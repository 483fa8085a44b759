"""The router that the route modules of this function register with."""

from darkroom.faces.wavespeed.envelope import WAVESPEED_PREFIX, refusal_of
from darkroom.http.api import Api

api = Api({WAVESPEED_PREFIX: refusal_of})
