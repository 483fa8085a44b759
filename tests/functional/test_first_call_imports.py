"""What the first call of a function loads of third parties: its cold start pays for that too."""

import pytest

from benchmarks.lambda_process import lambda_processes
from local.home import ROOT

POWERTOOLS = {"aws_lambda_powertools", "jmespath", "typing_extensions"}
BOTOCORE = {"botocore", "certifi", "dateutil", "six", "urllib3"}
PYDANTIC = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}
HTTPX = {"anyio", "h11", "httpcore", "httpx", "idna"}
NOT_IN_THE_LAYER = {"click", "markdown_it", "mdurl", "pygments", "rich"}
"""httpx loads its command line where it is installed, as here."""
LOADED = {
    "submit": POWERTOOLS | BOTOCORE | PYDANTIC,
    "accounts": POWERTOOLS | BOTOCORE,
    "query": POWERTOOLS | BOTOCORE,
    "poller": POWERTOOLS | BOTOCORE | HTTPX,  # it speaks to upstream
}


@pytest.mark.parametrize("function", LOADED)
def test_a_first_call_loads_no_more_than_this(function: str) -> None:
    with lambda_processes(ROOT / "layers" / "shared", interpreter="dev") as processes:
        loaded = processes.function(function).loaded
    assert loaded - LOADED[function] - NOT_IN_THE_LAYER == set()
