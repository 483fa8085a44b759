"""LiteLLM's proxy as its documentation runs it: a config.yaml, one worker. From its own environment."""

import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from local.environments import ROOT, python
from local.home import free_port
from local.processes import Process, start
from local.progress import end_of

MASTER_KEY = "sk-not-a-real-key"
READY_SECONDS = 120.0


class Proxy:
    def __init__(self, folder: Path, upstream_url: str) -> None:
        """`upstream_url`: the OpenAI-shaped one, with its /v1."""
        self._config, self._log = folder / "config.yaml", folder / "litellm.log"
        self._home = folder
        self._port = free_port()
        deployment = {"model": "openai/dreamina-v3.1", "api_base": upstream_url, "api_key": "not-a-real-key"}
        model = {"model_name": "dreamina-v3.1", "litellm_params": deployment}
        model["model_info"] = {"mode": "image_generation"}
        config = {"model_list": [model], "general_settings": {"master_key": MASTER_KEY}}
        self._config.write_text(yaml.safe_dump(config))
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Does not wait until it answers."""
        command = [str(python("litellm").with_name("litellm")), "--config", str(self._config)]
        listen = ["--host", "127.0.0.1", "--port", str(self._port), "--num_workers", "1"]
        environment = {
            "PATH": os.pathsep.join([str(python("litellm").parent), os.environ["PATH"]]),
            "HOME": str(self._home),
            "LITELLM_LOG": "ERROR",  # as its page on production says
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # it would fetch its table of prices from the internet
        }
        self._process = start([*command, *listen], self._log, environment, "litellm")

    def wait(self) -> None:
        """Until it answers. Raises SystemExit if it does not."""
        until = time.monotonic() + READY_SECONDS
        while not self._answers():
            if time.monotonic() > until or not (self._process and self._process.is_alive):
                raise SystemExit(f"LiteLLM's proxy did not start. {end_of(self._log)}")
            time.sleep(0.1)

    def kill_and_start(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        self.start()

    def stop(self) -> None:
        if self._process:
            self._process.stop()

    def _answers(self) -> bool:
        url = f"http://127.0.0.1:{self._port}/health/readiness"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def version() -> str:
    """The pinned one."""
    pins = (ROOT / "tests" / "requirements" / "litellm.txt").read_text().splitlines()
    return next(pin.partition("==")[2] for pin in pins if pin.startswith("litellm=="))
