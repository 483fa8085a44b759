"""The native API: webhooks sent again that a receiver has missed."""

from aws_lambda_powertools.event_handler import Response

from darkroom import wiring
from darkroom.http.api import answer
from darkroom.http.errors import invalid_request
from darkroom.http.idempotency import idempotency_key
from darkroom.http.json_body import read_body
from darkroom.http.webhooks_replay import STATUSES, WebhooksReplay, WebhooksReplayed
from darkroom.jobs.rules import Problem
from submit.api import api


@api.post("/v1/webhooks/replay")
def replay_webhooks() -> Response[str]:
    asked, key = read_body(WebhooksReplay, api.body), idempotency_key(api)
    try:
        page = wiring.replayer().replay(api.tenant, asked.since, STATUSES[asked.status], asked.cursor, key)
    except ValueError:
        raise invalid_request(Problem("cursor", "is not one that a replay answered with")) from None
    replayed: WebhooksReplayed = {
        "replayed": page.replayed,
        "has_more": page.cursor is not None,
        "cursor": page.cursor,
    }
    return answer(replayed, 202)
