"""Pictures: by a signed link."""

import time

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters
from darkroom.http.api import answer
from darkroom.http.errors import ApiError
from darkroom.http.job_answers import URL_SECONDS
from darkroom.links import LinkRefusedError, check_link
from query.api import api


@api.get("/outputs/<tenant>/<job_id>/<file>")
def get_output(tenant: str, job_id: str, file: str) -> Response[str]:
    """The link's signature is the authorization; S3 then serves the picture itself."""
    key = f"outputs/{tenant}/{job_id}/{file}"
    signing_key = adapters.signing_key().value().encode()
    try:
        check_link(signing_key, key, api.query("expires"), api.query("signature"), time.time())
    except LinkRefusedError as error:
        raise ApiError(
            403, "link_refused", f"This link can't be used: {error}. Read the job again."
        ) from None
    location = adapters.images_bucket().presign(key, URL_SECONDS)
    return answer({"url": location}, 302, {"location": location, "cache-control": "no-store"})
