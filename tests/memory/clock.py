"""A clock that moves only when a test says so."""


class FakeClock:
    """Called, it answers Unix seconds, as `time.time` does."""

    def __init__(self, now: float = 1_760_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def sleep(self, seconds: float) -> None:
        """In place of `time.sleep`."""
        self.advance(max(0.0, seconds))
