"""The `openai` client: one call that waits for the picture's address, then the download.

The same program for LiteLLM's proxy and for Darkroom. A repeat carries the same Idempotency-Key; the proxy
has no use for it.
"""

from httpx import HTTPError
from openai import OpenAI, OpenAIError

from benchmarks.side_by_side.generations import SIZE, Generation
from benchmarks.side_by_side.programs.program import (
    GenerationFailedError,
    Program,
    download,
    http_client,
    plan_given,
)


def main() -> None:
    plan = plan_given()
    client, http = OpenAI(api_key=plan.api_key, base_url=plan.base_url), http_client(plan)

    def make(generation: Generation, failed: int) -> bytes:
        answer = client.images.generate(
            model="dreamina-v3.1",
            prompt=generation.prompt,
            size=f"{SIZE}x{SIZE}",
            extra_body={"seed": generation.seed},
            extra_headers={"Idempotency-Key": f"{plan.run}-{generation.number}-{failed}"},
        )
        url = answer.data[0].url if answer.data else None
        if not url:
            raise GenerationFailedError(answer)
        return download(http, url)

    Program(plan, make, (OpenAIError, HTTPError)).run()


if __name__ == "__main__":
    main()
