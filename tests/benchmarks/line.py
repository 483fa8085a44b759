"""3,000 jobs of two tenants on the local stack, at the silver tier's limits: minutes, so only when named.

One tenant's 2,900 come first, then the other's 100. The simulator enforces the tier and keeps the record of
what was asked of it and when; the ideal is what `burst_ideal` makes of the same arrivals.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex
from typing import Any

from benchmarks.burst_ideal import ideal_starts
from benchmarks.bursts import TIERS
from benchmarks.goals import Chart, Measured, Row
from benchmarks.local_stack import home_of
from darkroom.admin import create_tenant
from darkroom.aws.accounts_table import AccountsTable
from darkroom.aws.webhook_secrets import SsmWebhookSecrets
from local import aws
from local.api import Api
from local.receiver.client import ReceiverClient
from local.simulator.control import SimulatorControl

TIER = "silver"
FIRST, SECOND = 2_900, 100
INFERENCE_SECONDS = 6.0
CLIENTS = 6
PATIENCE_SECONDS = 1_500.0


def measure(state: Mapping[str, Any], first: int = FIRST, second: int = SECOND) -> Measured:
    """Raises TimeoutError where not all webhooks come."""
    tenants = ["first"] * first + ["second"] * second
    hook = f"/line/{time.time_ns()}"
    with (
        SimulatorControl(state["simulator_control_url"].removesuffix("/_control")) as simulator,
        ReceiverClient(state["receiver_url"]) as receiver,
    ):
        simulator.reset()
        simulator.settings(inference_seconds=INFERENCE_SECONDS, picture_style="plain", tier=TIER)
        keys = {"first": state["api_key"], "second": _new_key(state)}
        arrivals = _submit(state["api_url"], keys, tenants, state["receiver_url"] + hook)
        receiver.wait_for(len(tenants), path=hook, timeout_seconds=PATIENCE_SECONDS)
        stats = simulator.stats()
        posted = {
            int(task["input"]["prompt"]): stats.accepted_at_ms[task["id"]] for task in simulator.tasks()
        }
    started = [posted[number] / 1000 for number in range(len(tenants))]
    ideal = ideal_starts(TIERS[TIER], tenants, arrivals, [INFERENCE_SECONDS] * len(tenants))
    return Measured(
        [
            Row(
                f"{len(tenants):,} jobs on the local stack, {TIER}: each once",
                f"{stats.ended_by_status.get('completed', 0)} completed, {stats.charges} charges",
                "",
                f"{len(tenants)} of each",
                stats.charges == len(tenants) == stats.ended_by_status.get("completed"),
            ),
            *_rows(arrivals, started, ideal, first),
            Row(
                "the same: upstream calls answered 429",
                f"{stats.rate_limited} of {stats.submits_received}",
                "",
                "≤ 0.1 %",
                stats.rate_limited <= 0.001 * stats.submits_received,
            ),
        ],
        [_chart(started, ideal)],
    )


def _rows(
    arrivals: Sequence[float], started: Sequence[float], ideal: Sequence[float], first: int
) -> list[Row]:
    used = (max(ideal) - arrivals[0]) / (max(started) - arrivals[0])
    came = arrivals[first]
    waited, at_best = max(started[first:]) - came, max(ideal[first:]) - came
    steady = _a_minute(started) / TIERS[TIER].images_per_minute
    accepted = f"accepted in {arrivals[-1] - arrivals[0]:.0f} s"
    return [
        Row(
            "the same: share of the permitted rate used",
            f"{used:.1%} of the whole, {steady:.1%} in the median minute",
            f"ideal {max(ideal) - arrivals[0]:.0f} s, {accepted}",
            "≥ 97 %",
            used >= 0.97,
        ),
        Row(
            "the same: the second tenant's last start",
            f"{waited:.1f} s, {waited / at_best:.2f} x the ideal",
            f"ideal {at_best:.1f} s",
            "≤ 1.2 x",
            waited <= 1.2 * at_best,
        ),
    ]


def _a_minute(started: Sequence[float]) -> float:
    """Starts in the median of the whole minutes; all of them where there is none."""
    begin, times = min(started), sorted(started)
    minutes = [0] * int((times[-1] - begin) // 60)
    for at in times:
        minute = int((at - begin) // 60)
        if minute < len(minutes):
            minutes[minute] += 1
    return statistics.median(minutes or [len(times)])


def _chart(started: Sequence[float], ideal: Sequence[float]) -> Chart:
    begin = min(ideal)

    def line(times: Sequence[float]) -> list[tuple[float, float]]:
        return [(at - begin, number + 1) for number, at in enumerate(sorted(times)) if number % 20 == 0]

    return Chart(
        "line",
        f"{len(started):,} jobs on the local stack at {TIER}'s limits",
        "seconds since the first start",
        "tasks started",
        {"Darkroom": line(started), "ideal": line(ideal)},
    )


def _submit(url: str, keys: Mapping[str, str], tenants: Sequence[str], webhook_url: str) -> list[float]:
    """When each was accepted; the second tenant's after all of the first's."""
    apis = {tenant: Api(url, key) for tenant, key in keys.items()}

    def submit(numbered: tuple[int, str]) -> float:
        number, tenant = numbered
        apis[tenant].submit(
            model="dreamina-v3.1", size="512*512", prompt=str(number), webhook_url=webhook_url
        )
        return time.time()

    numbered = list(enumerate(tenants))
    accepted: list[float] = []
    with ThreadPoolExecutor(CLIENTS) as pool:
        for name in keys:
            accepted += pool.map(submit, [each for each in numbered if each[1] == name])
    for api in apis.values():
        api.close()
    return accepted


def _new_key(state: Mapping[str, Any]) -> str:
    home = home_of(state)
    accounts = AccountsTable(aws.client("dynamodb", home), state["accounts_table"])
    secrets_store = SsmWebhookSecrets(aws.client("ssm", home), f"/{state['stack_name']}/tenants")
    made = create_tenant(accounts, secrets_store, f"second-{token_hex(4)}", time.time())
    return str(made["api_key"])
