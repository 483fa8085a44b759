"""Jobs as AIgateway's client reads them, through the handlers; every other client reads the native words."""

import json
import time
from typing import Any

import pytest

from darkroom import adapters
from darkroom.jobs.failure import ErrorCode, JobFailure
from functional import jobs
from query.app import lambda_handler as query
from submit.app import lambda_handler as submit

pytestmark = pytest.mark.usefixtures("stack")

ITS_CLIENT = "aigateway-python/0.1.3"


@pytest.fixture
def read(event: Any, context: Any) -> Any:
    def send(name: str, job_id: str, agent: str | None) -> tuple[int, dict[str, Any]]:
        changed = event(name)
        changed["path"] = changed["path"].replace(changed["pathParameters"]["id"], job_id)
        changed["pathParameters"]["id"] = job_id
        changed["queryStringParameters"] = None  # at once
        changed["headers"].pop("User-Agent", None)
        if agent is not None:
            changed["headers"]["User-Agent"] = agent
        reply = (query if name.startswith("query") else submit)(changed, context)
        return reply["statusCode"], json.loads(reply["body"])

    return send


def test_a_cancelled_job_has_failed_for_its_client_and_names_the_reason(read: Any) -> None:
    job_id = jobs.queued().id
    for name in ("submit-delete-job", "submit-cancel-job", "query-get-job"):
        status, record = read(name, job_id, ITS_CLIENT)
        assert (status, record["status"], record["error"]) == (200, "failed", "cancelled")
        assert record["error_code"] == "cancelled"


@pytest.mark.parametrize("agent", [None, "", "python-httpx/0.28.1", "my-aigateway-python/1", "aigateway"])
def test_for_everyone_else_it_is_cancelled(read: Any, agent: str | None) -> None:
    job_id = jobs.queued().id
    for name in ("submit-delete-job", "query-get-job"):
        status, record = read(name, job_id, agent)
        assert (status, record["status"], record["error"]) == (200, "cancelled", "The job was cancelled.")


def test_its_client_reads_queued_processing_and_the_two_ends_alone(read: Any) -> None:
    failing = jobs.submitting()
    assert read("query-get-job", jobs.queued().id, ITS_CLIENT)[1]["status"] == "queued"
    assert read("query-get-job", failing.id, ITS_CLIENT)[1]["status"] == "processing"
    assert read("query-get-job", failing.id, None)[1]["status"] == "submitting"
    assert read("query-get-job", jobs.processing().id, ITS_CLIENT)[1]["status"] == "processing"
    assert read("query-get-job", jobs.completed().id, ITS_CLIENT)[1]["status"] == "completed"
    failure = JobFailure(ErrorCode.UPSTREAM_REJECTED, "Upstream refused it.")
    adapters.jobs_table().save(failing.failed(failure, failing.billed, time.time()))
    _, record = read("query-get-job", failing.id, ITS_CLIENT)
    assert (record["status"], record["error"]) == ("failed", "Upstream refused it.")


def test_an_unchanged_job_is_answered_in_full_again(read: Any) -> None:
    """Its client can't read a 304."""
    job_id = jobs.completed().id
    first, again = read("query-get-job", job_id, ITS_CLIENT), read("query-get-job", job_id, ITS_CLIENT)
    assert first[0] == again[0] == 200
    assert first[1].keys() == again[1].keys()
