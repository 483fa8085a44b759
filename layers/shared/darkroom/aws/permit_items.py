"""The gate of an upstream account as its item, and back. Pure.

    pk = UPSTREAM#{account}   sk = gate   starts, running, held_until, …, closed, beat, turn, …, version

Counts by time are one short text, its numbers to the base of 36: `t3v5ts:3,k,4:7` is 3 at t3v5ts, 20 one
step later and 7 four steps after that. So the item stays below 1 KB, and a write at one unit, at thousands of
tasks. From the first job that waits until minutes after the last one the item stands in the index by_due, in
a partition of its own: there the reconciler finds the accounts. It keeps its place there, so that no tick
costs a write of the index.
"""

from collections.abc import Mapping

from darkroom.aws.attributes import Item, from_item, to_item
from darkroom.jobs.gate import Gate, Line
from darkroom.jobs.permits import SLOT_BUCKET_SECONDS, PermitWindow

DUE_LINES = "line"
"""by_due's partition of the accounts that jobs wait for."""
_OWNER = "UPSTREAM"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def permits_key(account: str) -> Item:
    return to_item({"pk": f"{_OWNER}#{account}", "sk": "gate"})


def account_of(item: Item) -> str:
    return str(item["pk"]["S"]).partition("#")[2]


def permits_item(account: str, gate: Gate, version: str) -> Item:
    window, line = gate.window, gate.line
    values = {
        "starts": write_counts(window.starts, 1),
        "running": write_counts(window.running, SLOT_BUCKET_SECONDS),
        "held_until": window.held_until,
        "share": window.share,
        "narrowed_at": window.narrowed_at,
        "closed": line.closed,
        "joined_at": line.joined_at,
        "beat": line.beat,
        "alive_until": line.alive_until,
        "turn": line.turn,
        "tenants": line.tenants,
        "released_at": line.released_at,
        "due": DUE_LINES if line.watched else None,
        "due_at": 0 if line.watched else None,
        "version": version,
    }
    return {**permits_key(account), **to_item(values)}


def stored_gate(item: Item) -> Gate:
    values = from_item(item)
    alive_until = values.get("alive_until")
    return Gate(
        PermitWindow(
            starts=read_counts(values["starts"], 1),
            running=read_counts(values["running"], SLOT_BUCKET_SECONDS),
            held_until=float(values["held_until"]),
            share=float(values["share"]),
            narrowed_at=float(values["narrowed_at"]),
        ),
        Line(
            closed=values["closed"],
            joined_at=float(values["joined_at"]),
            beat=values["beat"],
            alive_until=None if alive_until is None else float(alive_until),
            turn=values["turn"],
            tenants=values["tenants"],
            released_at=float(values["released_at"]),
        ),
    )


def stored_version(item: Item) -> str:
    return str(item["version"]["S"])


def write_counts(counts: Mapping[int, int], step: int) -> str:
    """The times are multiples of the step."""
    parts, before = [], 0
    for at in sorted(counts):
        gap = (at - before) // step
        count = _base_36(counts[at])
        parts.append(count if gap == 1 else f"{_base_36(gap)}:{count}")
        before = at
    return ",".join(parts)


def read_counts(text: str, step: int) -> dict[int, int]:
    counts, at = {}, 0
    for part in filter(None, text.split(",")):
        gap, _, count = part.rpartition(":")
        at += int(gap or "1", 36) * step
        counts[at] = int(count, 36)
    return counts


def _base_36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
