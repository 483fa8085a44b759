"""Ids from the seed, in place of those that the code draws from the machine's randomness."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any

from darkroom.jobs import ids
from darkroom.usecases import accept, join, start


@contextmanager
def ids_from(random: Random) -> Iterator[None]:
    def new_attempt_id() -> str:
        return f"att_{random.getrandbits(80):020x}"

    def token_hex(count: int) -> str:
        return f"{random.getrandbits(8 * count):0{2 * count}x}"

    drawn: list[tuple[Any, str, Any]] = [
        (accept, "new_job_id", partial(ids.new_job_id, random_bits=random.getrandbits)),
        (start, "new_attempt_id", new_attempt_id),
        (join, "secrets", SimpleNamespace(token_hex=token_hex)),
    ]
    real = [(module, name, getattr(module, name)) for module, name, _ in drawn]
    for module, name, value in drawn:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in real:
            setattr(module, name, value)
