"""In place of `darkroom.beside`: what goes on beside is done first, so that a test has one order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def first(act: Callable[[], None]) -> Iterator[None]:
    act()
    yield
