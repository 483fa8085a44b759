"""Plants a bug in the code under test, and takes it out again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Plant = Callable[[Any, str, Any], None]
"""Of a module or a class, the attribute, and what stands there while the bug is planted."""
Mutant = Callable[[Plant], None]


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    real: list[tuple[Any, str, Any]] = []

    def plant(target: Any, name: str, value: Any) -> None:
        real.append((target, name, getattr(target, name)))
        setattr(target, name, value)

    try:
        mutant(plant)
        yield
    finally:
        for target, name, value in reversed(real):
            setattr(target, name, value)
