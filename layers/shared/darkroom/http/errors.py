"""Errors as the HTTP surface shows them: one body, whose `error` is always an object."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict

from darkroom.jobs.rules import Problem

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "invalid_request_error",
    402: "insufficient_credits",
    404: "not_found",
    409: "invalid_request_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "service_unavailable",
    504: "server_error",
}


class ProblemAnswer(TypedDict):
    field: str
    message: Annotated[str, "what it may be"]


class ErrorBody(TypedDict):
    message: Annotated[str, "what is wrong and what to do, for people"]
    type: Annotated[str, "the kind of error, as OpenAI names it"]
    code: Annotated[str, "what is wrong, for programs"]
    param: Annotated[str | None, "the first field that is wrong"]
    problems: NotRequired[Annotated[list[ProblemAnswer], "each field that is wrong"]]
    job_ids: NotRequired[Annotated[list[str], "the jobs of the call"]]
    urls: NotRequired[Annotated[list[str], "the pictures' addresses"]]


class ErrorAnswer(TypedDict):
    """The request was not carried out."""

    error: ErrorBody


class ApiError(Exception):
    """What ends a request: a status, a word for programs, a sentence that says what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        problems: tuple[Problem, ...] = (),
        headers: dict[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """`details` are further fields of the error in the body, such as the ids of jobs."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.problems = problems
        self.headers = headers or {}
        self.details = details or {}

    @property
    def body(self) -> str:
        error: dict[str, Any] = {
            "message": str(self),
            "type": ERROR_TYPES[self.status],
            "code": self.code,
            "param": self.problems[0].field if self.problems else None,
        }
        if self.problems:
            error["problems"] = [{"field": p.field, "message": p.message} for p in self.problems]
        return json.dumps({"error": {**error, **self.details}}, ensure_ascii=False)


class MissingFieldError(ApiError):
    """Nothing is wrong but that fields are missing: some surfaces have a word of their own for that."""


def invalid_request(*problems: Problem) -> ApiError:
    text = "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
    return ApiError(422, "invalid_parameter", text, problems=problems)


def job_not_found() -> ApiError:
    """The same for an unknown id and for another tenant's."""
    return ApiError(404, "job_not_found", "There is no such job.")


def output_gone() -> ApiError:
    """It was made, and has been removed since."""
    return ApiError(404, "output_gone", "The picture is kept no longer.")


def try_again(seconds: int = 2) -> ApiError:
    """It is not known here whether something was written: after a timeout nobody knows."""
    return ApiError(
        503,
        "try_again",
        f"The service is busy; send the request again in {seconds} seconds, a POST with the same "
        "Idempotency-Key: then nothing is done or paid twice.",
        headers={"retry-after": str(seconds)},
    )
