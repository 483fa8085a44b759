"""One table of DynamoDB in memory whose conditional puts are atomic, which moto's under threads are not."""

import threading
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError


class ConditionalCheckFailedException(ClientError):  # noqa: N818  # DynamoDB's own name
    pass


class AtomicTable:
    """As much of a client as the permits use. Each call lets other threads go first, as a network does."""

    def __init__(self) -> None:
        self.exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailedException)
        self.puts = 0
        self._items: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._network = threading.Event()

    def get_item(self, *, Key: Any, **_: Any) -> Any:  # noqa: N803  # botocore's own names
        self._network.wait(0.0005)
        item = self._items.get((Key["pk"]["S"], Key["sk"]["S"]))
        return {"Item": item} if item else {}

    def put_item(self, *, Item: Any, ConditionExpression: str, **request: Any) -> Any:  # noqa: N803  # likewise
        self._network.wait(0.0005)
        place = (Item["pk"]["S"], Item["sk"]["S"])
        with self._lock:
            self.puts += 1
            standing = self._items.get(place)
            if not self._holds(standing, ConditionExpression, request.get("ExpressionAttributeValues", {})):
                self._refuse(standing)
            self._items[place] = Item
        return {}

    @staticmethod
    def _holds(standing: Any, condition: str, values: Any) -> bool:
        if condition == "attribute_not_exists(pk)":
            return standing is None
        assert condition == "version = :seen"
        return standing is not None and standing["version"] == values[":seen"]

    @staticmethod
    def _refuse(standing: Any) -> None:
        error: Any = {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": standing}
        raise ConditionalCheckFailedException(error, "PutItem")
