"""The router that the route modules of this function register with."""

from darkroom.http.api import Api

api = Api()
