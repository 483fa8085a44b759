"""`GET /llms.txt`: the API in a page of Markdown for language models (llmstxt.org)."""

import json
from typing import Any

from darkroom.jobs.catalogue import MODELS, Model
from darkroom.jobs.failure import RETRYABLE, ErrorCode
from darkroom.jobs.money import MICROUSD
from darkroom.openapi import published
from darkroom.webhooks.schedule import BASE_DELAYS_SECONDS


def llms_text(base_url: str) -> str:
    """Of the published document; `base_url` has no slash at its end."""
    document: dict[str, Any] = json.loads(published.text())
    about = document["info"]
    parts = [
        f"# {about['title']}",
        f"> {about['summary']}",
        about["description"].strip(),
        _faces(base_url),
        _example(base_url),
        _routes(document),
        _models(),
        _errors(document),
        _webhooks(),
        _links(base_url),
    ]
    return "\n\n".join(parts) + "\n"


def _faces(base_url: str) -> str:
    return f"""\
## Base URLs

- Native API: `{base_url}` (`POST {base_url}/v1/jobs`)
- WaveSpeed's clients: base URL `{base_url}`; they add `/api/v3`
- OpenAI's clients: base URL `{base_url}/v1`
- AIgateway's clients: base URL and media base URL `{base_url}`"""


def _example(base_url: str) -> str:
    return f"""\
## In short

Send `POST {base_url}/v1/jobs` with `{{"model": "{MODELS[0].id}", "prompt": "…"}}`: the answer is 202
with the job's `id`. Read `GET {base_url}/v1/jobs/{{id}}?wait=8` until `status` is `completed`, `failed` or
`cancelled`; `outputs[0].url` is the picture. Or give a `webhook_url`, and be told. An `Idempotency-Key`
makes a repeat safe."""


def _routes(document: dict[str, Any]) -> str:
    lines = [
        f"- `{method.upper()} {path}`: {operation['summary']}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "Upstream" not in operation["tags"]
    ]
    return "## Routes\n\n" + "\n".join(lines)


def _models() -> str:
    return "## Models\n\n" + "\n".join(_model(model) for model in MODELS)


def _model(model: Model) -> str:
    price = "unknown" if model.price_microusd is None else f"${model.price_microusd / MICROUSD:g} a picture"
    width, height = model.default_size
    return (
        f"- `{model.id}` (also {', '.join(f'`{name}`' for name in model.aliases)}): {model.description} "
        f"Price {price} (`GET /v1/models` has the one that holds now); {model.min_pixels} to "
        f"{model.max_pixels} pixels a side, {width}*{height} by default; a prompt of at most "
        f"{model.prompt_max_characters} characters."
    )


def _errors(document: dict[str, Any]) -> str:
    by_status: dict[str, set[str]] = {}
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                by_status.setdefault(status, set()).update(_codes(document, answer))
    lines = [
        f"- {status}: {', '.join(f'`{code}`' for code in sorted(codes))}"
        for status, codes in sorted(by_status.items())
        if codes
    ]
    ends = [f"`{code}`{' (a new job may succeed)' if code in RETRYABLE else ''}" for code in ErrorCode]
    shapes = (
        'The body is `{"error": {"message", "type", "code", "param"}}`; below `/api/v3/` it is '
        '`{"code", "message", "error_code", "data"}`. 429 and 503 carry a `Retry-After`.'
    )
    failures = f"A job that fails says why in `error_code`: {', '.join(ends)}."
    return "\n\n".join(("## Errors", shapes, "\n".join(lines), failures))


def _codes(document: dict[str, Any], answer: dict[str, Any]) -> set[str]:
    """A refusal is a reference, and its examples are named by their codes."""
    if "$ref" not in answer:
        return set()
    named = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    return set(named["content"]["application/json"]["examples"])


def _webhooks() -> str:
    waits = ", ".join(f"{seconds:g} s" for seconds in BASE_DELAYS_SECONDS[1:])
    return f"""\
## Webhooks

A `webhook_url` of `POST /v1/jobs` gets `job.completed`, `job.failed` or `job.cancelled` with the job's
record, signed by Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`; the secret is
that of `GET /v1/webhook-secret`). One given below `/api/v3/` gets WaveSpeed's bare prediction with
WaveSpeed's own signature. Without a 2xx it is sent again after {waits}; a 410 ends that."""


def _links(base_url: str) -> str:
    return f"""\
## Links

- [OpenAPI document]({base_url}/openapi.json): every route with its schemas, examples and errors
- [Reference]({base_url}/docs): the same as a page to read and to try"""
