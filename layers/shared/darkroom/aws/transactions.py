"""One transaction, made again while others are at its items, and what it was refused for.

botocore sends a token of its own with each call, so its own repeats count once; a call made again here was
cancelled before, and nothing of it stands.
"""

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item
from darkroom.aws.errors import translated
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Write = dict[str, Any]
"""One entry of `transact_write_items`, with ALL_OLD where its refusal matters."""

_PASSING = frozenset(
    {"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError", "RequestLimitExceeded"}
)
_TRIES = 14
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.5


def transact(client: "DynamoDBClient", writes: Sequence[Write]) -> Sequence[Item | None] | None:
    """None: written. Else for each write the item on which its condition failed, empty where none stands;
    None where it held.

    Raises ThrottledError: after seconds of other writers' transactions, or not knowing whether it landed.
    """
    given: Any = writes
    for tries in range(_TRIES):
        try:
            with translated():
                client.transact_write_items(TransactItems=given)
            return None
        except client.exceptions.TransactionCanceledException as error:
            reasons: Any = error.response["CancellationReasons"]
            codes = {reason.get("Code") for reason in reasons}
            # Beside another's transaction a failed condition says little: that one may just be committing
            if not codes & _PASSING:
                if "ConditionalCheckFailed" not in codes:
                    raise
                return [_standing(reason) for reason in reasons]
        _pause(tries)
    raise ThrottledError("other transactions stand in the way")


def _standing(reason: dict[str, Any]) -> Item | None:
    return reason.get("Item") or {} if reason.get("Code") == "ConditionalCheckFailed" else None


def _pause(tries: int) -> None:
    longest = min(_FIRST_PAUSE_SECONDS * 2**tries, _LONGEST_PAUSE_SECONDS)
    time.sleep(random.uniform(longest / 4, longest))  # noqa: S311  # jitter
