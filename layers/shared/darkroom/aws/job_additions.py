"""Several new jobs, or one whose price is booked: all in one transaction, or none.

Jobs whose ids are taken already stay as they are: the transaction is made again without them.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from darkroom.aws.conditional_put import Put
from darkroom.aws.job_bookings import JobBookings
from darkroom.jobs.job import Job, Terms
from darkroom.jobs.money import booking_of
from darkroom.jobs.request import ImageRequest
from darkroom.ports import BudgetExceededError, IdTakenError, OtherTermsError, ThrottledError

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands under an id: the request, and the job where its state stands too."""

    request: ImageRequest
    terms: Terms
    job: Job | None


@dataclass(frozen=True, slots=True)
class JobAdditions:
    """`read` is strongly consistent; `request_put` and `state_put` are refused where an id is taken."""

    bookings: JobBookings
    read: Callable[[Job], Standing | None]
    request_put: Callable[[Job], Put]
    state_put: Callable[[Job], Put]

    def add(self, jobs: Sequence[Job]) -> list[Job | None]:
        """In the jobs' order: None for a new one, else the job that stands.

        Raises IdTakenError, OtherTermsError, BudgetExceededError, ThrottledError; nothing is written then.
        """
        own = [_to_be_stored(job) for job in jobs]
        stored: list[Job | None] = [None] * len(own)
        with_request = [True] * len(own)
        for _ in range(_ROUNDS):
            missing = [index for index, standing in enumerate(stored) if standing is None]
            if not missing or self._has_reserved(own, with_request, missing):
                return stored
            for index in missing:
                standing = self.read(own[index])
                if standing is None:
                    continue
                if standing.job is None:
                    terms = _checked(own[index], standing)
                    if terms != own[index].terms:
                        raise OtherTermsError(own[index].id, terms)
                    with_request[index] = False
                elif standing.job.revision == own[index].revision:
                    return stored  # our own transaction, whose reply was lost
                else:
                    _checked(own[index], standing)
                    stored[index] = standing.job
        raise ThrottledError("the jobs' ids are being taken by others")

    def _has_reserved(self, own: Sequence[Job], with_request: Sequence[bool], missing: Sequence[int]) -> bool:
        requests = [self.request_put(own[index]) for index in missing if with_request[index]]
        states = [self.state_put(own[index]) for index in missing]
        try:
            return self.bookings.reserve([own[index] for index in missing], [*requests, *states])
        except BudgetExceededError:
            if not any(self._stands_now(own[index], with_request[index]) for index in missing):
                raise
            return False  # what was taken from the budget was this very job's, in another's transaction
        except ThrottledError:
            first = own[missing[0]]
            standing = self.read(first)  # it may have landed for all that, and then all of it has
            if standing is None or standing.job is None or standing.job.revision != first.revision:
                raise
            return True

    def _stands_now(self, job: Job, with_request: bool) -> bool:
        """`with_request`: the job was to be added with its request, for none stood."""
        standing = self.read(job)
        return standing is not None and (with_request or standing.job is not None)


def _to_be_stored(job: Job) -> Job:
    return replace(job, revision=secrets.token_urlsafe(9), booked=booking_of(job))


def _checked(job: Job, standing: Standing) -> Terms:
    """The terms of the request that stands, if it is the same: a crash left it alone, and its writer may
    still be about to write its state. Raises IdTakenError."""
    if standing.request.fingerprint != job.request.fingerprint:
        raise IdTakenError(standing.job or replace(job, request=standing.request))
    return standing.terms
