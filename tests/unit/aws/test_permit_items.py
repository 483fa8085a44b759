"""The gate's item: nothing is lost on the way, and it stays within one write unit."""

from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.gate_item import LEAST_MARKS
from darkroom.aws.permit_items import (
    account_of,
    permits_item,
    permits_key,
    read_counts,
    stored_gate,
    stored_version,
    write_counts,
)
from darkroom.jobs.gate import Gate, Line
from darkroom.jobs.permits import PermitLimits, PermitWindow
from unit.aws.write_units import item_bytes

START = 1_760_000_000
times = st.floats(0, 4e9)
counts = st.dictionaries(st.integers(0, 10_000), st.integers(1, 5_000), max_size=80)
windows = st.builds(
    PermitWindow,
    starts=counts,
    running=counts.map(lambda by_minute: {minute * 60: count for minute, count in by_minute.items()}),
    held_until=times,
    share=st.floats(0.05, 1),
    narrowed_at=times,
)
lines = st.builds(
    Line,
    joined_at=times,
    beat=st.integers(0, 10**9),
    alive_until=st.none() | times,
    turn=st.text(),
    tenants=st.integers(0, 99),
)


@given(counts=counts, step=st.sampled_from([1, 60]))
def test_counts_survive_their_text(counts: dict[int, int], step: int) -> None:
    spaced = {at * step: count for at, count in counts.items()}
    assert read_counts(write_counts(spaced, step), step) == spaced


@given(gate=st.builds(Gate, windows, lines))
def test_a_gate_survives_its_item(gate: Gate) -> None:
    item = permits_item("default", gate, "v1")
    assert (stored_gate(item), stored_version(item)) == (gate, "v1")


def test_the_text_is_short_because_it_counts_from_the_one_before() -> None:
    assert write_counts({7_040_000_000: 3, 7_040_000_001: 20, 7_040_000_005: 7}, 1) == "38ffmrk:3,k,4:7"


def test_an_account_is_read_from_its_item() -> None:
    assert account_of(permits_item("tenant/a-b", Gate(), "v1")) == "tenant/a-b"


def test_the_key_is_not_the_one_that_an_older_stack_keeps_its_permits_at() -> None:
    assert permits_key("default") == {"pk": {"S": "UPSTREAM#default"}, "sk": {"S": "gate"}}


def test_the_item_stands_in_the_index_at_one_place_while_it_is_watched() -> None:
    def place(line: Line) -> object:
        item = permits_item("default", Gate(line=line), "v1")
        return item.get("due"), item.get("due_at")

    assert place(Line()) == (None, None)
    ticking, at_rest = Line(joined_at=1.0, alive_until=2.0, beat=2), Line(joined_at=1.0)
    assert place(ticking) == place(at_rest) != (None, None)


def largest_gate() -> Gate:
    """At the highest tier, with all that it can hold."""
    limits = PermitLimits(images_per_minute=5_000, concurrent_tasks=5_000, slot_seconds=86_400)
    window, at = PermitWindow(), float(START)
    while at < START + 62:
        window = window.taken(at, limits, 1)
        at += 60 / 5_000
    running = {START - START % 60 - limits.slot_bucket_seconds * bucket: 250 for bucket in range(21)}
    window = PermitWindow(window.starts, running, START + 0.123456, 0.123456789, START + 0.123456)
    line = Line(True, START + 0.123456, 10**9, START + 0.123456, "t" * 39, 99, START + 0.123456)
    return Gate(window, line)


LARGEST = largest_gate()
LONGEST_ACCOUNT = "tenant/" + "t" * 39


def test_the_item_is_below_one_write_unit_at_the_highest_tier_and_has_room_for_its_marks() -> None:
    assert item_bytes(permits_item(LONGEST_ACCOUNT, LARGEST, "f" * 6 * LEAST_MARKS)) < 1024
