"""The delivery inside a job's state, each attempt a short text: a whole schedule of them fits. Pure.

    1795173841203 87 503 e3b0c442                    when (ms), how long (ms), the answer's status, its hash
    1795173846511 15000 deadline                     there was no answer
    1795173846511 120 302 e3b0c442 https://a.test/   and what there is to say of it
    1795173846511 87 503/deadline - and so on        a word that the status alone doesn't tell

The state lends them what room it has left.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from darkroom.aws.attributes import to_attribute
from darkroom.aws.item_size import value_bytes
from darkroom.jobs.delivery import Delivery, DeliveryAttempt, DeliveryStatus

_NONE = "-"


def delivery_values(delivery: Delivery) -> dict[str, Any] | None:
    """All but the attempts. None where there is no event to deliver (yet)."""
    if delivery == Delivery():
        return None
    return {
        "status": delivery.status,
        "made": delivery.made,
        "next_at": delivery.next_at,
        "replays": list(delivery.replays) or None,
    }


def attempt_texts(attempts: Sequence[DeliveryAttempt], room_bytes: int) -> list[str]:
    """The latest ones, as many as there is room for; the details go first, those of the oldest before all."""
    kept = list(attempts)
    for index in range(len(kept)):
        if _bytes(kept) <= room_bytes:
            break
        kept[index] = replace(kept[index], detail=None)
    while kept and _bytes(kept) > room_bytes:
        del kept[0]
    return [_text(attempt) for attempt in kept]


def delivery_from(values: dict[str, Any] | None, attempts: Sequence[str]) -> Delivery:
    if values is None:
        return Delivery()
    next_at = values.get("next_at")
    return Delivery(
        status=DeliveryStatus(values["status"]),
        attempts=tuple(map(_attempt, attempts)),
        made=values["made"],
        next_at=None if next_at is None else float(next_at),
        replays=tuple(values.get("replays", ())),
    )


def _bytes(attempts: Sequence[DeliveryAttempt]) -> int:
    return value_bytes(to_attribute([_text(attempt) for attempt in attempts]))


def _text(attempt: DeliveryAttempt) -> str:
    parts = [str(round(attempt.at * 1000)), str(attempt.duration_ms), _outcome(attempt)]
    if attempt.response_hash is not None or attempt.detail is not None:
        parts.append(attempt.response_hash or _NONE)
    if attempt.detail is not None:
        parts.append(attempt.detail)
    return " ".join(parts)


def _attempt(text: str) -> DeliveryAttempt:
    at_ms, duration_ms, outcome, *more = text.split(" ", 4)
    status, word = _status_and_word(outcome)
    return DeliveryAttempt(
        at=int(at_ms) / 1000,
        duration_ms=int(duration_ms),
        status_code=status,
        error=word,
        detail=more[1] if len(more) > 1 else None,
        response_hash=more[0] if more and more[0] != _NONE else None,
    )


def _outcome(attempt: DeliveryAttempt) -> str:
    if attempt.status_code is None:
        return attempt.error or _NONE
    told = attempt.error == _word_of(attempt.status_code)
    return str(attempt.status_code) if told else f"{attempt.status_code}/{attempt.error or _NONE}"


def _status_and_word(outcome: str) -> tuple[int | None, str | None]:
    status, slash, word = outcome.partition("/")
    if not status.isdigit():
        return None, None if outcome == _NONE else outcome
    if not slash:
        return int(status), _word_of(int(status))
    return int(status), None if word == _NONE else word


def _word_of(status_code: int) -> str | None:
    """What the sender says of an answer with it."""
    if 200 <= status_code < 300:
        return None
    return "redirect" if 300 <= status_code < 400 else "http_status"
