"""How long a submit in sync mode is held open."""

OLD_CLIENT_SECONDS = 8.0
"""WaveSpeed's older JavaScript client and its Go client end a POST after 10 s."""


def is_old_client(client_name: str | None) -> bool:
    """`client_name` is the header X-Client-Name, which those clients don't send."""
    return client_name is None


def hold_seconds(longest: float, client_name: str | None) -> float:
    return min(longest, OLD_CLIENT_SECONDS) if is_old_client(client_name) else longest
