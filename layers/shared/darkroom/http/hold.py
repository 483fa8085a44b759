"""How long a request may be held open. It counts from when API Gateway received it: the client's time runs
while a Lambda starts.
"""

import time

from darkroom.http.api import Api

API_GATEWAY_SECONDS = 29.0
"""So long API Gateway waits for an answer."""
ANSWER_SECONDS = 4.0
"""What is kept of the time for the pictures to be read and the answer to be sent."""


def held_seconds(api: Api, longest: float) -> float:
    """From now on; `longest` is what the client is to be held in all."""
    lambda_left = api.lambda_context.get_remaining_time_in_millis() / 1000
    return hold_left(longest, time.time() - api.received_at, lambda_left)


def hold_left(longest: float, gone: float, lambda_left: float) -> float:
    in_all = min(longest, API_GATEWAY_SECONDS - ANSWER_SECONDS)
    return max(0.0, min(in_all - gone, lambda_left - ANSWER_SECONDS))
