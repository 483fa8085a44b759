"""What `make up` can be told, by variables on its command line or in the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.home import DEFAULT_PORT

TIERS = ("bronze", "silver", "gold", "ultra")
ON_THIS_MACHINE = ("127.0.0.1", "localhost")
REAL_UPSTREAM = "https://api.wavespeed.ai/api/v3"


@dataclass(frozen=True, slots=True)
class Options:
    port: int = DEFAULT_PORT
    upstream_url: str = ""
    """Empty: the simulator, which is then started."""
    upstream_key: str = ""
    webhook_allow: tuple[str, ...] = ()
    """host:port pairs on loopback that webhooks may reach, besides our own receiver."""
    callbacks: str = "on"
    tier: str = "silver"
    inference_seconds: float | None = None
    """The simulator's time for a picture; None: drawn for each, as long as the real models take."""
    parameters: tuple[str, ...] = ()
    """Further template parameters, each NAME=VALUE."""

    @property
    def allowed_targets(self) -> list[str]:
        """An upstream on this machine serves its pictures from there too, under either of its names."""
        url = urlsplit(self.upstream_url)
        hosts = ("127.0.0.1", "localhost") if url.hostname in ("127.0.0.1", "localhost") else (url.hostname,)
        own = [f"{host}:{url.port or 80}" for host in hosts] if url.scheme == "http" else []
        return [*own, *self.webhook_allow]


def read_options(environment: Mapping[str, str] = os.environ) -> Options:
    """Raises SystemExit, with what is wrong, for values that cannot be."""

    def given(name: str, default: str = "") -> str:
        return environment.get(name, "").strip() or default

    upstream_url, upstream_key, callbacks = (
        given("UPSTREAM_URL"),
        given("UPSTREAM_KEY"),
        given("CALLBACKS", "on"),
    )
    if given("WAVESPEED_API_KEY") and not upstream_url and given("SIMULATOR") != "1":
        # The real API cannot call this machine back
        upstream_url, upstream_key, callbacks = REAL_UPSTREAM, given("WAVESPEED_API_KEY"), "off"
    tier = given("TIER", "bronze" if upstream_url == REAL_UPSTREAM else "silver")
    port, inference = given("PORT", str(DEFAULT_PORT)), given("INFERENCE_SECONDS")
    parameters = tuple(given("PARAMETERS").split())
    _demand(port.isdecimal() and 1024 <= int(port) <= 65535, "PORT is a number from 1024 to 65535.")
    _demand(callbacks in ("on", "off"), "CALLBACKS is on or off.")
    _demand(tier in TIERS, f"TIER is one of {', '.join(TIERS)}.")
    _demand(
        bool(upstream_key) or not upstream_url, "UPSTREAM_URL needs UPSTREAM_KEY, the key that is sent there."
    )
    _demand(
        upstream_url in ("", REAL_UPSTREAM) or urlsplit(upstream_url).hostname in ON_THIS_MACHINE,
        f"UPSTREAM_URL is on this machine: one of {', '.join(ON_THIS_MACHINE)}.",
    )
    webhook_allow = tuple(given("WEBHOOK_ALLOW").replace(",", " ").split())
    _demand(
        all(re.fullmatch(r"[A-Za-z0-9.-]+:[0-9]{1,5}", each) for each in webhook_allow),
        "WEBHOOK_ALLOW are pairs, as in 127.0.0.1:8080,localhost:9090",
    )
    _demand(_is_seconds(inference or "0"), "INFERENCE_SECONDS is a number of seconds.")
    _demand(all("=" in each for each in parameters), "PARAMETERS are pairs: NAME=VALUE NAME=VALUE …")
    return Options(
        port=int(port),
        upstream_url=upstream_url.rstrip("/"),
        upstream_key=upstream_key,
        webhook_allow=webhook_allow,
        callbacks=callbacks,
        tier=tier,
        inference_seconds=float(inference) if inference else None,
        parameters=parameters,
    )


def _demand(condition: bool, otherwise: str) -> None:
    if not condition:
        raise SystemExit(otherwise)


def _is_seconds(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
