"""Another writer who is there first."""

from collections.abc import Callable
from typing import Any


class Overtaken:
    """A client before whose first transaction another does something.

    With `codes` it is cancelled then for these reasons.
    """

    def __init__(self, real: Any, other: Callable[[], object], *codes: str) -> None:
        self._real = real
        self._other = other
        self._codes = codes
        self.transactions = 0

    def transact_write_items(self, **request: Any) -> Any:
        self.transactions += 1
        if self.transactions == 1:
            self._other()
        if self.transactions > 1 or not self._codes:
            return self._real.transact_write_items(**request)
        reasons = [{"Code": code} for code in self._codes]
        error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise self._real.exceptions.TransactionCanceledException(error, "TransactWriteItems")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
