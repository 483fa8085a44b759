"""Pictures: their bytes, a link to them, and what the link leads to."""

import time
from typing import Any

from aws_lambda_powertools.event_handler import Response

from darkroom import adapters
from darkroom.faces.aigateway.files import SignedFile, check_fits, file_headers, find_output, link_seconds
from darkroom.http.api import answer
from darkroom.http.errors import ApiError, job_not_found, output_gone
from darkroom.http.job_answers import URL_SECONDS
from darkroom.jobs.job import Job, StoredOutput
from darkroom.links import LinkRefusedError, check_link, output_link
from query.api import api
from query.jobs import find_job


@api.get("/v1/files/jobs/<job_id>/<file>")
def get_file(job_id: str, file: str) -> Response[Any]:
    """The bytes themselves: aigateway-py follows no redirect. Powertools sends bytes as base64."""
    job, output = _found(job_id, file)
    if api.header("accept") is None:
        # API Gateway decodes the base64 for what the request accepts, and a text it would be without
        return _at_s3(output.key)
    check_fits(output, f"/v1/files/jobs/{job_id}/{file}/signed")
    body = adapters.images_bucket().read(output.key)
    if body is None:
        raise output_gone()
    return Response(
        status_code=200, content_type=output.content_type, body=body, headers=dict(file_headers(job, output))
    )


@api.get("/v1/files/jobs/<job_id>/<file>/signed")
@api.takes("expires_in")
def sign_file(job_id: str, file: str) -> Response[str]:
    seconds = link_seconds(api.query)
    _, output = _found(job_id, file)
    expires_at = int(time.time()) + seconds
    signing_key = adapters.signing_key().value().encode()
    url = output_link(api.base_url, signing_key, output.key, expires_at)
    signed: SignedFile = {"url": url, "expires_at": expires_at}
    return answer(signed)


@api.get("/outputs/<tenant>/<job_id>/<file>")
@api.takes("expires", "signature")
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
    return _at_s3(key)


def _at_s3(key: str) -> Response[str]:
    location = adapters.images_bucket().presign(key, URL_SECONDS)
    return answer({"url": location}, 302, {"location": location, "cache-control": "no-store"})


def _found(job_id: str, file: str) -> tuple[Job, StoredOutput]:
    """Raises ApiError, the same for an unknown job, another tenant's and a file that the record has not."""
    job = find_job(job_id)
    output = find_output(job, file)
    if output is None:
        raise job_not_found()
    return job, output
