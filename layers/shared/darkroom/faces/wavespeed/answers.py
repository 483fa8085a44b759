"""Predictions as they are answered: with addresses signed afresh, or with the pictures themselves."""

import base64
from dataclasses import dataclass

from darkroom.faces.wavespeed.prediction import (
    ListedPrediction,
    Prediction,
    listed_prediction,
    prediction_of,
)
from darkroom.http.errors import ApiError, output_gone
from darkroom.http.job_answers import URL_SECONDS
from darkroom.http.payload import fits_as_base64
from darkroom.jobs.job import Job, StoredOutput
from darkroom.ports import ImagesBucket

SYNC_TIMED_OUT = 5004
"""Contract page, "Sync mode"."""


@dataclass(frozen=True, slots=True)
class Predictions:
    bucket: ImagesBucket
    base_url: str

    def result(self, job: Job) -> Prediction:
        """With base64 where the job was submitted for it.

        Raises ApiError for one that can't be answered, and ThrottledError.
        """
        outputs = self._inline(job) if job.request.inline_output else self._addresses(job)
        return prediction_of(job, outputs, self.base_url)

    def listed(self, job: Job) -> ListedPrediction:
        return listed_prediction(job, self._addresses(job), self.base_url)

    def outputs_unread(self, job: Job) -> Prediction:
        """Its pictures can't be read for the moment: its client asks for the result again."""
        return {**prediction_of(job, (), self.base_url), "status": "processing"}

    def sync_timed_out(self, job: Job, seconds: float) -> Prediction:
        """The task goes on, and its result is found under its id."""
        prediction = prediction_of(job, (), self.base_url)
        error = f"Sync mode timed out after {seconds:.1f} seconds; the task goes on."
        return {**prediction, "status": "processing", "code": SYNC_TIMED_OUT, "error": error}

    def _addresses(self, job: Job) -> list[str]:
        return [self.bucket.presign(output.key, URL_SECONDS) for output in job.outputs]

    def _inline(self, job: Job) -> list[str]:
        if not fits_as_base64(*(output.size_bytes for output in job.outputs)):
            raise ApiError(
                413,
                "output_too_large",
                "The picture is too large for an answer in base64 (Lambda holds an answer to 6 MB). "
                f"Its address stands in result_url of {self.base_url}/v1/jobs/{job.id}.",
            )
        return [self._base64(output) for output in job.outputs]

    def _base64(self, output: StoredOutput) -> str:
        picture = self.bucket.read(output.key)
        if picture is None:
            raise output_gone()
        return base64.b64encode(picture).decode()
