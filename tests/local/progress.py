"""What a person sees while a command works: one line a step, with its seconds; of a log, its end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHOWN_LINES = 30


@contextmanager
def step(title: str) -> Iterator[None]:
    print(f"{title} … ", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
    return "\n".join([f"The end of {log}:", *lines])
