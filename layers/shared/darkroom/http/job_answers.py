"""Jobs as the HTTP functions answer them: the record, with the pictures' addresses signed afresh."""

import time

from darkroom.jobs.backlog import PlaceInLine
from darkroom.jobs.job import Job, StoredOutput
from darkroom.ports import ImagesBucket
from darkroom.record import job_record
from darkroom.record_shape import JobRecord

URL_SECONDS = 3600
"""How long a picture's address in an answer holds; each read signs a new one."""


def record_of(job: Job, bucket: ImagesBucket, base_url: str, place: PlaceInLine | None = None) -> JobRecord:
    expires_at = int(time.time()) + URL_SECONDS

    def output_url(output: StoredOutput) -> tuple[str, int]:
        return bucket.presign(output.key, URL_SECONDS), expires_at

    return job_record(job, base_url=base_url, output_url=output_url, uri=bucket.uri, place=place)
