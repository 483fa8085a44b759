"""The `wavespeed` client alone, straight to upstream: `run()` in a pool of threads, then the download."""

import requests
from httpx import HTTPError
from wavespeed import Client  # type: ignore[import-untyped]  # it ships no types

from benchmarks.side_by_side.generations import SIZE, Generation
from benchmarks.side_by_side.programs.program import Program, download, http_client, plan_given
from local.simulator.catalogue import DREAMINA

ERRORS = (RuntimeError, TimeoutError, requests.RequestException, HTTPError)


def main() -> None:
    plan = plan_given()
    client, http = Client(plan.api_key, plan.base_url), http_client(plan)

    def make(generation: Generation, _failed: int) -> bytes:
        asked = {"prompt": generation.prompt, "size": f"{SIZE}*{SIZE}", "seed": generation.seed}
        result = client.run(DREAMINA.model_id, asked)
        return download(http, result["outputs"][0])

    Program(plan, make, ERRORS).run()


if __name__ == "__main__":
    main()
