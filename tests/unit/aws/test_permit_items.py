"""The permits' item: nothing is lost on the way, and it stays within one write unit."""

from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.permit_items import permits_item, read_counts, stored_version, stored_window, write_counts
from darkroom.jobs.permits import PermitLimits, PermitWindow

START = 1_760_000_000
counts = st.dictionaries(st.integers(0, 10_000), st.integers(1, 5_000), max_size=80)


@given(counts=counts, step=st.sampled_from([1, 60]))
def test_counts_survive_their_text(counts: dict[int, int], step: int) -> None:
    spaced = {at * step: count for at, count in counts.items()}
    assert read_counts(write_counts(spaced, step), step) == spaced


@given(starts=counts, running=counts, held_until=st.floats(0, 4e9))
def test_a_window_survives_its_item(
    starts: dict[int, int], running: dict[int, int], held_until: float
) -> None:
    window = PermitWindow(starts, {minute * 60: count for minute, count in running.items()}, held_until)
    item = permits_item("default", window, "v1")
    assert (stored_window(item), stored_version(item)) == (window, "v1")


def test_the_text_is_short_because_it_counts_from_the_one_before() -> None:
    assert write_counts({1_760_000_000: 3, 1_760_000_001: 5, 1_760_000_005: 7}, 1) == "1760000000:3,5,4:7"


def test_the_item_is_below_one_write_unit_at_the_highest_tier() -> None:
    limits = PermitLimits(images_per_minute=3_000, concurrent_tasks=5_000, slot_seconds=3_600)
    window = PermitWindow()
    for step in range(6_000):
        window, _ = window.take(START + step / 50, limits)
    running = {START - START % 60 - 60 * minute: 83 for minute in range(60)}
    item = permits_item("default", PermitWindow(window.starts, running, START + 0.123456), "f" * 16)
    assert sum(len(name) + len(*value.values()) for name, value in item.items()) < 1024
