"""The clients: made late, made once, and patient for seconds only."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import darkroom
from darkroom.aws.clients import Clients

ADAPTERS = sorted(
    path.stem
    for path in (Path(darkroom.__file__).parent / "aws").glob("*.py")
    if path.stem not in ("__init__", "stack")  # stack is for tools
)


def test_a_client_is_made_once_whoever_asks() -> None:
    clients = Clients("eu-central-1")
    with ThreadPoolExecutor(8) as pool:
        made = {id(client) for client in pool.map(lambda _: clients.sqs, range(32))}
    assert made == {id(clients.sqs)}


def test_s3s_client_is_made_when_it_is_used() -> None:
    clients = Clients("eu-central-1")
    bucket = clients.s3
    assert "s3" not in clients._clients
    assert bucket.meta.region_name == "eu-central-1"
    assert "s3" in clients._clients


def test_a_client_waits_seconds_and_tries_a_few_times() -> None:
    config: Any = Clients("eu-central-1").sqs.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_a_request_says_who_we_are_and_no_more() -> None:
    config: Any = Clients("eu-central-1").sqs.meta.config
    assert config.user_agent == "darkroom"


def test_importing_the_adapters_loads_nothing_of_aws() -> None:
    imports = "; ".join(f"import darkroom.aws.{module}" for module in ADAPTERS)
    program = f"import sys; {imports}; print({{'boto3', 'botocore', 'pydantic', 'httpx'}} & set(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=_root()
    )
    assert loaded.stdout.strip() == "set()"


def _root() -> Path:
    return Path(darkroom.__file__).parents[1]
