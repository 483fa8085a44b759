"""Jobs for tests, by what matters to the test alone."""

from dataclasses import replace

from darkroom.jobs.job import Job, Terms
from darkroom.jobs.request import ImageRequest

CREATED_AT = 1_760_000_000.123


def a_job(number: int = 1, **changes: object) -> Job:
    """Jobs of higher numbers are created later, a second each. Changes may be the job's or its request's."""
    request = ImageRequest(model="bytedance/seedream-v3.1", prompt="a red bicycle", width=1024, height=1024)
    own = {name: value for name, value in changes.items() if hasattr(request, name)}
    at = CREATED_AT + number
    job = Job(
        id=f"job_{number:026d}",
        tenant="acme",
        request=replace(request, **own),  # type: ignore[arg-type]  # a test names real fields
        created_at=at,
        updated_at=at,
        terms=Terms(27_000),
    )
    return replace(job, **{name: value for name, value in changes.items() if name not in own})  # type: ignore[arg-type]  # likewise
