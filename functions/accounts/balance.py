"""What a tenant may still spend, as WaveSpeed's API says it."""

from aws_lambda_powertools.event_handler import Response

from accounts.api import api
from darkroom import accounts_wiring
from darkroom.faces.wavespeed.account import BalanceData
from darkroom.faces.wavespeed.envelope import envelope
from darkroom.http.api import answer
from darkroom.http.errors import ApiError
from darkroom.jobs.money import MICROUSD
from darkroom.jobs.upstream import UpstreamUnavailableError
from darkroom.usecases.balance import BalanceUnknownError

_RETRY_SECONDS = 5


@api.get("/api/v3/balance")
def get_balance() -> Response[str]:
    try:
        balance: BalanceData = {"balance": accounts_wiring.balances().microusd(api.account) / MICROUSD}
    except BalanceUnknownError:
        text = (
            "This account has no spend cap of its own, and what the account that it belongs to may still "
            "spend is not shown here."
        )
        raise ApiError(409, "balance_unknown", text) from None
    except UpstreamUnavailableError as error:
        seconds = max(_RETRY_SECONDS, round(error.retry_after_seconds or 0))
        text = f"Upstream does not tell its balance now; try again in {seconds} seconds."
        raise ApiError(503, "upstream_unavailable", text, headers={"retry-after": str(seconds)}) from None
    return answer(envelope(balance))
