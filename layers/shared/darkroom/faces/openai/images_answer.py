"""The answer of `POST /v1/images/generations`, built of the jobs that have ended."""

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, NotRequired, TypedDict

from darkroom.faces.openai.answer_size import check_outputs_fit
from darkroom.http.errors import output_gone
from darkroom.http.job_answers import URL_SECONDS
from darkroom.jobs.job import Job, JobStatus, StoredOutput
from darkroom.ports import ImagesBucket


class Image(TypedDict):
    """One of the two, as `response_format` asks for."""

    url: NotRequired[Annotated[str, "the picture's address; holds for an hour"]]
    b64_json: NotRequired[Annotated[str, "the picture itself in base64"]]


class ImagesResponse(TypedDict):
    """What the pictures don't all have in common is left out."""

    created: Annotated[int, "when the last picture was finished, in Unix seconds"]
    data: Annotated[list[Image], "in the order of the seeds; without those that failed"]
    size: NotRequired[Annotated[str, "WxH of the pictures"]]
    output_format: NotRequired[Literal["png", "jpeg", "webp"]]
    background: NotRequired[Literal["opaque"]]


_FORMATS: Mapping[str, Literal["png", "jpeg", "webp"]] = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/webp": "webp",
}


def images_response(jobs: Sequence[Job], bucket: ImagesBucket, *, inline: bool) -> ImagesResponse:
    """Of the completed ones among the jobs, at least one. Raises ApiError 413 and 404, and ThrottledError."""
    completed = [job for job in jobs if job.status is JobStatus.COMPLETED]
    outputs = [output for job in completed for output in job.outputs]
    urls = [bucket.presign(output.key, URL_SECONDS) for output in outputs]
    data: list[Image] = [{"url": url} for url in urls]
    if inline:
        check_outputs_fit(outputs, [job.id for job in completed], urls)
        data = [{"b64_json": text} for text in _pictures(outputs, bucket)]
    created = max(job.finished_at or job.updated_at for job in completed)
    answer = ImagesResponse(created=int(created), data=data)
    _describe(answer, outputs)
    return answer


def _describe(answer: ImagesResponse, outputs: Sequence[StoredOutput]) -> None:
    """Only what is true of every picture."""
    sizes = {f"{output.width}x{output.height}" for output in outputs}
    formats = {_FORMATS[output.content_type] for output in outputs}
    if len(sizes) == 1:
        answer["size"] = sizes.pop()
    if formats == {"jpeg"}:
        answer["background"] = "opaque"  # the format knows no other
    if len(formats) == 1:
        answer["output_format"] = formats.pop()


def _pictures(outputs: Sequence[StoredOutput], bucket: ImagesBucket) -> list[str]:
    """Read from S3 side by side."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=len(outputs)) as pool:
        return list(pool.map(lambda output: _base64(bucket.read(output.key)), outputs))


def _base64(picture: bytes | None) -> str:
    if picture is None:
        raise output_gone()
    return base64.b64encode(picture).decode()
