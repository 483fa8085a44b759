"""Log lines and metrics by Powertools: one JSON object a line, the job's id in each, never a prompt."""

from collections.abc import Mapping
from functools import cache

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Darkroom"
_CALLER = 3
"""Powertools' `location` names the line that called us."""


@cache
def logger() -> Logger:
    """Level and service come from Powertools' own environment variables."""
    return Logger()


class LoggedTelemetry:
    """`ports.Telemetry`. Metrics are log lines in CloudWatch's embedded format; safe in threads."""

    def info(self, message: str, **fields: object) -> None:
        logger().info(message, extra=fields, stacklevel=_CALLER)

    def count(self, metric: str, **fields: object) -> None:
        logger().warning(metric, extra=fields, stacklevel=_CALLER)
        with single_metric(name=metric, unit=MetricUnit.Count, value=1, namespace=NAMESPACE):
            pass

    def gauge(self, values: Mapping[str, float], **fields: object) -> None:
        """One log line for all of them."""
        metrics = EphemeralMetrics(namespace=NAMESPACE)
        for metric, value in values.items():
            metrics.add_metric(name=metric, unit=MetricUnit.NoUnit, value=value)
        for name, field in fields.items():
            metrics.add_metadata(key=name, value=field)
        metrics.flush_metrics()
