"""Two things at once: one in a thread beside what the caller does meanwhile. Both are done at the end."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import cache

Beside = Callable[[Callable[[], None]], AbstractContextManager[None]]


@contextmanager
def in_a_thread(act: Callable[[], None]) -> Iterator[None]:
    """Waits for it: what still runs when a Lambda's handler returns is frozen."""
    beside = _threads().submit(act)
    try:
        yield
    finally:
        beside.result()


@cache
def _threads() -> ThreadPoolExecutor:
    """Of their own: a worker that waits for its thread must not hold the last one."""
    return ThreadPoolExecutor(max_workers=16, thread_name_prefix="beside")
