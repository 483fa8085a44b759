"""The bill as rows and charts. Pure."""

from collections.abc import Mapping

from benchmarks import aws_prices as price
from benchmarks.goals import Chart, Figure, Row
from benchmarks.recorded_usage import Counted
from benchmarks.usage import Usage

GOAL_DOLLARS = 0.015
FLOOR_DOLLARS = 0.0109
"""Known before the first line was written: a PUT, an API request, and the least of everything else."""
_MINUTES_A_MONTH = 43_800
_QUEUES, _ALARMS, _SECRETS, _GAUGES = 2, 8, 2, 3


def rows_of(alone: Counted, burst: Counted, others: Mapping[str, Usage]) -> list[Row]:
    """`alone`: jobs one after another; `burst`: many at once, which share batches and permits."""
    beside = "; ".join(f"{name} ${usage.dollars():.4f}" for name, usage in others.items())
    return [
        Row(
            Figure.BILL,
            f"${burst.usage.dollars():.4f} at once, ${alone.usage.dollars():.4f} one by one",
            beside,
            f"≤ ${GOAL_DOLLARS:.3f}",
            max(burst.usage.dollars(), alone.usage.dollars()) <= GOAL_DOLLARS,
        ),
        *(
            _informs(f"the bill's parts, {name}", _shares(run.usage))
            for name, run in (("at once", burst), ("one by one", alone))
        ),
        *(
            _informs(f"units and requests of a job, {name}", _counts(run))
            for name, run in (("at once", burst), ("one by one", alone))
        ),
        _informs("the bill's floor", _floor()),
        _informs("log bytes of a job, one by one", _logs(alone)),
        _informs("a month of standing idle", _idle()),
    ]


def charts_of(usages: Mapping[str, Usage]) -> list[Chart]:
    ours = next(iter(usages.values()))
    parts = sorted(ours.bill().items(), key=lambda part: -part[1])
    return [
        Chart(
            "bill",
            f"1,000 images by service ({price.AS_PUBLISHED})",
            "",
            "dollars",
            {service: [(0.0, dollars)] for service, dollars in parts if dollars > 0},
            bars=True,
        ),
        Chart(
            "bill-designs",
            "1,000 images by design",
            "",
            "dollars",
            {name: [(0.0, usage.dollars())] for name, usage in usages.items()},
            bars=True,
        ),
    ]


def _informs(figure: str, measured: str) -> Row:
    return Row(figure, measured, "", "", None)


def _shares(usage: Usage) -> str:
    parts = sorted(usage.bill().items(), key=lambda part: -part[1])
    return ", ".join(
        f"{service} ${dollars:.5f} ({dollars / usage.dollars():.0%})"
        for service, dollars in parts
        if dollars / usage.dollars() >= 0.005
    )


def _counts(run: Counted) -> str:
    usage, jobs = run.usage, run.usage.jobs
    writes = ", ".join(f"{kind} {units / jobs:.2f}" for kind, units in sorted(run.units.writes.items()))
    return (
        f"write units {usage.write_units / jobs:.2f} ({writes}), read units {usage.read_units / jobs:.2f}, "
        f"SQS requests {usage.sqs_requests / jobs:.2f}, invocations {usage.invocations / jobs:.2f}, "
        f"GB-seconds {usage.gb_seconds / jobs:.3f}"
    )


def _logs(run: Counted) -> str:
    ours = sum(each.own_bytes for each in run.invocations) / run.usage.jobs
    platforms = sum(each.platform_bytes for each in run.invocations) / run.usage.jobs
    dollars = (ours + platforms) * 1000 * price.LOGS_BYTE
    return f"{ours:.0f} ours, {platforms:.0f} the platform's; ${dollars:.5f} for 1,000 images"


def _floor() -> str:
    put, request = 1000 * price.S3_PUT / FLOOR_DOLLARS, 1000 * price.API_GATEWAY_REQUEST / FLOOR_DOLLARS
    return f"${FLOOR_DOLLARS:.4f}: S3 PUT {put:.0%}, API Gateway {request:.0%}"


def _idle() -> str:
    """Arithmetic: the queues' empty receives, the reconciler's minutes, alarms, secrets and gauges."""
    receives = _QUEUES * price.EMPTY_RECEIVES_A_MINUTE * _MINUTES_A_MONTH * price.SQS_REQUEST
    minutes = _MINUTES_A_MONTH * (price.LAMBDA_REQUEST + 4 * price.DYNAMODB_READ_UNIT)
    kept = _ALARMS * price.ALARM_MONTH + _SECRETS * price.SECRET_MONTH + _GAUGES * price.METRIC_MONTH
    return f"${receives + minutes + kept:.2f}: queues ${receives:.2f}, alarms, secrets and gauges ${kept:.2f}"
