"""Counts what may have been charged amiss. The operator's alarms are for the stack's account."""

from darkroom.jobs.job import Job
from darkroom.ports import Telemetry


def count_charge(telemetry: Telemetry, metric: str, job: Job, **fields: object) -> None:
    """On a tenant's own account it is the tenant's to mend: `OwnKey{metric}`, without an alarm."""
    name = f"OwnKey{metric}" if job.terms.own_upstream_key else metric
    telemetry.count(name, job_id=job.id, **fields)
