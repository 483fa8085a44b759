"""What each path may ask of AWS, and why: a request without a reason is one too many.

Messages are counted where they are sent. AWS's event source then receives and deletes each of them, in
batches of up to ten: those requests are AWS's own and the bill's, not ours.
"""

from collections import Counter
from typing import NamedTuple


class Count(NamedTuple):
    """`request`: as in `poller dynamodb:PutItem state`, the function first."""

    request: str
    times: int
    reason: str


Path = tuple[Count, ...]

ACCEPTED: Path = (
    Count(
        "submit dynamodb:PutItem request", 1, "what was asked for, written once: so what changes stays small"
    ),
    Count(
        "submit dynamodb:PutItem state", 1, "with it the job is accepted, and due should its message be lost"
    ),
    Count("submit sqs:SendMessage jobs: job", 1, "the job starts at once"),
)
ACCEPTED_WITHIN_A_CAP: Path = (
    Count(
        "submit dynamodb:TransactWriteItems budget + request + state",
        1,
        "the job and its reservation, both or neither",
    ),
    Count("submit sqs:SendMessage jobs: job", 1, "the job starts at once"),
)
_READ = Count("poller dynamodb:Query job", 1, "a message holds nothing that matters: the table is the truth")
_TAKEN = Count("poller dynamodb:PutItem gate", 1, "the permit, taken from upstream's limits")
_INTENT = Count("poller dynamodb:PutItem state", 1, "the intent: no paid POST without a trace")
_PROCESSING = Count("poller dynamodb:PutItem state", 1, "the task's id: what was paid for can be found")
_NET = Count("poller sqs:SendMessage jobs: job", 1, "the next look, which a lost callback needs")
STARTED: Path = (_READ, _TAKEN, _INTENT, _PROCESSING, _NET)
STARTED_AFTER_A_WAIT: Path = (_READ, _INTENT, _PROCESSING, _NET)
CALLED_BACK: Path = (
    Count("callback dynamodb:Query job", 1, "whether the job still waits for this task, or must adopt it"),
    Count("callback sqs:SendMessage jobs: job", 1, "look now: the poller has the time, the callback has not"),
)
LOOKED_IN_VAIN: Path = (_READ, _NET)
LOOKED_AFTER_THE_END: Path = (_READ,)
_GIVEN_BACK = Count("poller dynamodb:PutItem gate", 1, "the slot, for the next job")
_ENDED = Count("poller dynamodb:PutItem state", 1, "the end, before anybody is told of it")
_DELIVERED = Count("poller dynamodb:PutItem state", 1, "the webhook's attempt; nothing is due from here on")
_STORED = Count("poller s3:PutObject picture", 1, "the picture, before the job says completed")
COMPLETED: Path = (_READ, _STORED, _ENDED, _GIVEN_BACK)
FAILED: Path = (_READ, _ENDED, _GIVEN_BACK)
SETTLED: Path = (
    _READ,
    _STORED,
    Count("poller dynamodb:TransactWriteItems budget + state", 1, "the end and its bill, both or neither"),
    _GIVEN_BACK,
)
DELIVERED: Path = (_DELIVERED,)
DELIVERED_AT_THE_SECOND_TRY: Path = (
    Count("poller dynamodb:PutItem state", 1, "the attempt that failed, and when the next one is due"),
    Count("poller sqs:SendMessage webhook: job", 1, "the next attempt, later"),
    Count("webhook dynamodb:Query job", 1, "whether this attempt is still to be made, and what it delivers"),
    Count("webhook dynamodb:PutItem state", 1, "the attempt that went well; nothing is due from here on"),
)
CANCELLED: Path = (
    Count("submit dynamodb:Query job", 1, "only a job that has not ended can be cancelled"),
    Count("submit dynamodb:PutItem state", 1, "cancelled, from here on"),
    Count("submit sqs:SendMessage jobs: job", 1, "upstream is told by the poller, which has the time"),
    _READ,
    Count("poller dynamodb:PutItem state", 1, "the slot is given back once: whoever clears it gives it back"),
    _GIVEN_BACK,
    _DELIVERED,
)
REPEATED: Path = (
    Count(
        "submit dynamodb:PutItem request", 1, "refused: the key's job stands there, its request is compared"
    ),
    Count("submit dynamodb:PutItem state", 1, "refused: the job as it stands is what is answered"),
)
READ: Path = (Count("query dynamodb:Query job", 1, "request and state in one read"),)
LISTED: Path = (
    Count("query dynamodb:Query by_tenant", 1, "the page's keys, and one more: is there another page?"),
    Count("query dynamodb:BatchGetItem 2 request + 2 state", 1, "their jobs: the index holds keys alone"),
)
WAITING: Path = (
    _READ,
    Count("poller dynamodb:PutItem state", 1, "the job's place in the line"),
    Count("poller dynamodb:TransactWriteItems gate + state", 1, "its release, with its permit"),
    Count("poller sqs:SendMessageBatch jobs: job", 1, "all that one release lets in, up to ten a request"),
)
OPENED_CALL: Path = (
    Count("submit dynamodb:PutItem join", 2, "the open call that a repeat joins; then that it was answered"),
)
LOOKED_UP: Path = (
    Count("authorizer dynamodb:GetItem API key", 1, "whose key it is; API Gateway keeps the answer a minute"),
    Count(
        "authorizer dynamodb:BatchGetItem profile",
        1,
        "what its tenant may do, and its owner's profile with it",
    ),
)

CACHED = {
    **{count.request: count.reason for count in LOOKED_UP},
    "callback secretsmanager:GetSecretValue signing key": "kept five minutes",
    "callback secretsmanager:GetSecretValue upstream key": "kept five minutes; it opens the callbacks' own",
    "poller dynamodb:GetItem gate": "once a process, which then writes on what it saw last",
    "poller dynamodb:GetItem inference": "a model's, kept a minute",
    "poller secretsmanager:GetSecretValue signing key": "kept five minutes",
    "poller secretsmanager:GetSecretValue upstream key": "kept five minutes",
    "poller ssm:GetParameter webhook-secret": "a tenant's, kept a minute",
    "query secretsmanager:GetSecretValue signing key": "kept five minutes",
    "submit dynamodb:GetItem prices": "kept a minute",
    "webhook secretsmanager:GetSecretValue signing key": "kept five minutes",
    "webhook ssm:GetParameter webhook-secret": "a tenant's, kept a minute",
}
"""What a process reads once and keeps: none of it belongs to a job. With what bounds it."""

SEEN_TOGETHER = {"poller dynamodb:UpdateItem inference": "a model's tasks of a minute, or twenty of them"}
"""What a process writes now and then for many jobs at once."""


def total(*paths: Path) -> Counter[str]:
    """Without zeros."""
    sums: Counter[str] = Counter()
    for count in (count for path in paths for count in path):
        sums[count.request] += count.times
    return sums
