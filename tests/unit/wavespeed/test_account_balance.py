"""What upstream's account has left, read without trusting the answer."""

from typing import Any

import pytest

from darkroom.jobs.upstream import UpstreamUnavailableError
from unit.wavespeed.upstream_api import Recorder, answers, envelope, upstream


@pytest.mark.parametrize(
    ("balance", "microusd"), [(12.345678, 12_345_678), (3, 3_000_000), (0, 0), (-0.5, -500_000)]
)
def test_the_balance_is_read_to_the_micro_dollar(balance: float, microusd: int) -> None:
    recorder = Recorder(envelope({"balance": balance}))
    assert upstream(recorder).balance_microusd() == microusd
    assert recorder.requests[0].url.path.endswith("/api/v3/balance")


@pytest.mark.parametrize("balance", [None, "12", True, [], float("nan"), float("inf"), 1e300])
def test_what_is_no_amount_is_no_balance(balance: Any) -> None:
    with pytest.raises(UpstreamUnavailableError):
        upstream(answers(200, envelope({"balance": balance}))).balance_microusd()
