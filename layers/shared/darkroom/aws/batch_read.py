"""BatchGetItem over any number of keys; what a busy DynamoDB leaves out is asked for again."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import Item
from darkroom.aws.errors import translated
from darkroom.ports import ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_A_READ = 100
_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.05


def read_items(
    client: "DynamoDBClient", table: str, keys: Sequence[Item], *, consistent: bool = False
) -> list[Item]:
    """What there is of the keys, in no order. Raises ThrottledError."""
    chunks = (keys[first : first + _KEYS_A_READ] for first in range(0, len(keys), _KEYS_A_READ))
    return [item for chunk in chunks for item in _read_chunk(client, table, chunk, consistent)]


def _read_chunk(
    client: "DynamoDBClient", table: str, keys: Sequence[Item], consistent: bool
) -> Iterator[Item]:
    left: Any = {table: {"Keys": keys, "ConsistentRead": consistent}}
    for tries in range(_TRIES):
        with translated():
            reply = client.batch_get_item(RequestItems=left)
        yield from reply["Responses"].get(table, ())
        left = reply["UnprocessedKeys"]
        if not left:
            return
        time.sleep(_FIRST_PAUSE_SECONDS * 2**tries)
    raise ThrottledError("BatchGetItem leaves keys unread")
