"""The permit window as its item, and back. Pure.

    pk = UPSTREAM#{name}   sk = permits   starts, running, held_until, version

Counts by time are one short text: `1760000000:3,5,4:7` is 3 at 1760000000, 5 one step later and 7 four
steps after that. So the item stays below 1 KB, and a write at one unit, at thousands of tasks.
"""

from collections.abc import Mapping

from darkroom.aws.attributes import Item, from_item, to_item
from darkroom.jobs.permits import SLOT_BUCKET_SECONDS, PermitWindow


def permits_key(name: str) -> Item:
    return to_item({"pk": f"UPSTREAM#{name}", "sk": "permits"})


def permits_item(name: str, window: PermitWindow, version: str) -> Item:
    values = {
        "starts": write_counts(window.starts, 1),
        "running": write_counts(window.running, SLOT_BUCKET_SECONDS),
        "held_until": window.held_until,
        "version": version,
    }
    return {**permits_key(name), **to_item(values)}


def stored_window(item: Item) -> PermitWindow:
    values = from_item(item)
    return PermitWindow(
        starts=read_counts(values["starts"], 1),
        running=read_counts(values["running"], SLOT_BUCKET_SECONDS),
        held_until=float(values["held_until"]),
    )


def stored_version(item: Item) -> str:
    return str(item["version"]["S"])


def write_counts(counts: Mapping[int, int], step_seconds: int) -> str:
    """The times are multiples of the step."""
    parts, before = [], 0
    for at in sorted(counts):
        gap = (at - before) // step_seconds
        parts.append(str(counts[at]) if gap == 1 else f"{gap}:{counts[at]}")
        before = at
    return ",".join(parts)


def read_counts(text: str, step_seconds: int) -> dict[int, int]:
    counts, at = {}, 0
    for part in filter(None, text.split(",")):
        gap, _, count = part.rpartition(":")
        at += int(gap or 1) * step_seconds
        counts[at] = int(count)
    return counts
