"""Each minute: what is overdue goes back on its queue."""

from typing import Any

from darkroom import wiring


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    reconciler = wiring.reconciler(lambda: context.get_remaining_time_in_millis() / 1000)
    return {"taken_up": reconciler.reconcile()}
