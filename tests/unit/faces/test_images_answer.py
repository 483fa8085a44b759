"""OpenAI's answers: pictures in the two formats, what they have in common, and each failure's words."""

import base64
import hashlib
import io
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from darkroom.faces.openai.failures import ERRORS, all_failed, failed_headers, not_ended
from darkroom.faces.openai.images_answer import images_response
from darkroom.http.errors import ApiError
from darkroom.jobs.failure import ErrorCode, JobFailure
from darkroom.jobs.job import Job, JobStatus, StoredOutput
from memory.images_bucket import MemoryImagesBucket
from memory.jobs import a_job


def completed(number: int, **changes: Any) -> Job:
    output = StoredOutput(f"outputs/acme/job_{number}/0.jpg", "image/jpeg", 1024, 768, 9, "ab" * 32)
    job = a_job(number, status=JobStatus.COMPLETED, finished_at=1_760_000_010.9 + number)
    return replace(job, outputs=(replace(output, **changes),))


def failed(number: int, code: ErrorCode) -> Job:
    return a_job(number, status=JobStatus.FAILED, failure=JobFailure(code, f"It is {code}."))


@pytest.fixture
def bucket() -> MemoryImagesBucket:
    bucket = MemoryImagesBucket()
    for number in (1, 2):
        body = b"picture %d" % number
        picture: Any = SimpleNamespace(file=io.BytesIO(body), content_type="image/jpeg", size_bytes=len(body))
        picture.sha256 = hashlib.sha256(body).digest()
        bucket.put(f"outputs/acme/job_{number}/0.jpg", picture, a_job(number))
    return bucket


def test_pictures_come_in_their_order_with_addresses_for_an_hour(bucket: MemoryImagesBucket) -> None:
    answer = images_response([completed(2), completed(1)], bucket, inline=False)
    assert answer["data"] == [
        {"url": "https://images-test.test/outputs/acme/job_2/0.jpg?expires=3600"},
        {"url": "https://images-test.test/outputs/acme/job_1/0.jpg?expires=3600"},
    ]
    assert answer["created"] == 1_760_000_012


def test_pictures_come_in_base64(bucket: MemoryImagesBucket) -> None:
    answer = images_response([completed(1), completed(2)], bucket, inline=True)
    assert [base64.b64decode(image["b64_json"]) for image in answer["data"]] == [b"picture 1", b"picture 2"]
    assert not any("url" in image for image in answer["data"])


def test_what_all_pictures_have_in_common_is_said(bucket: MemoryImagesBucket) -> None:
    answer = images_response([completed(1), completed(2)], bucket, inline=False)
    assert (answer["size"], answer["output_format"], answer["background"]) == ("1024x768", "jpeg", "opaque")


def test_what_differs_is_left_out(bucket: MemoryImagesBucket) -> None:
    other = completed(2, content_type="image/png", width=512)
    assert images_response([completed(1), other], bucket, inline=False).keys() == {"created", "data"}


def test_a_png_may_be_transparent(bucket: MemoryImagesBucket) -> None:
    answer = images_response([completed(1, content_type="image/png")], bucket, inline=False)
    assert answer["output_format"] == "png"
    assert "background" not in answer


def test_what_does_not_fit_is_413_with_addresses_and_nothing_is_read(bucket: MemoryImagesBucket) -> None:
    bucket.objects.clear()
    jobs = [completed(1, size_bytes=3_000_000), completed(2, size_bytes=2_000_000)]
    with pytest.raises(ApiError) as caught:
        images_response(jobs, bucket, inline=True)
    error = json.loads(caught.value.body)["error"]
    assert (caught.value.status, error["code"]) == (413, "response_too_large")
    assert error["job_ids"] == [job.id for job in jobs]
    assert len(error["urls"]) == 2
    assert caught.value.headers["x-should-retry"] == "false"


def test_a_picture_that_is_no_longer_stored_is_404(bucket: MemoryImagesBucket) -> None:
    bucket.objects.clear()
    with pytest.raises(ApiError) as caught:
        images_response([completed(1)], bucket, inline=True)
    assert (caught.value.status, caught.value.code) == (404, "output_gone")


@pytest.mark.parametrize("code", ErrorCode)
def test_every_failure_has_its_status_and_word_and_is_final(code: ErrorCode) -> None:
    error = all_failed([failed(1, code)])
    assert (error.status, error.code) == ERRORS[code]
    assert str(error) == f"It is {code}."
    assert error.headers == {"x-should-retry": "false"}
    assert json.loads(error.body)["error"]["job_ids"] == [a_job(1).id]


def test_what_is_our_fault_outweighs_the_rest() -> None:
    codes = (ErrorCode.MODERATION_REFUSED, ErrorCode.UPSTREAM_LOST, ErrorCode.CANCELLED)
    error = all_failed([failed(number, code) for number, code in enumerate(codes)])
    assert (error.status, error.code) == (500, "upstream_lost")
    assert "3 pictures" in str(error)


def test_missing_pictures_are_counted_and_explained() -> None:
    lost = failed(2, ErrorCode.UPSTREAM_LOST)
    assert failed_headers([completed(1)]) == {}
    assert failed_headers([completed(1), lost]) == {
        "x-failed-images": "1",
        "x-failed-jobs": f"{lost.id}=upstream_lost",
    }


def test_what_is_not_finished_brings_the_client_back() -> None:
    error = not_ended([a_job(1), a_job(2)])
    body = json.loads(error.body)["error"]
    assert (error.status, body["type"], body["code"]) == (503, "service_unavailable", "not_finished")
    assert error.headers == {"retry-after": "1", "x-should-retry": "true"}
    assert body["job_ids"] == [a_job(1).id, a_job(2).id]
    assert "max_retries" in body["message"]
    assert "GET /v1/jobs/{id}" in body["message"]
