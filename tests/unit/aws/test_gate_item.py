"""The marks in the gate's item: a write is known again, and the item stays within its write unit."""

from typing import Any

import pytest

from darkroom.aws.gate_item import LEAST_MARKS, GateItem, Standing, Swap
from darkroom.jobs.gate import Gate
from unit.aws.test_permit_items import LARGEST, LONGEST_ACCOUNT
from unit.aws.write_units import BYTES_A_UNIT, item_bytes

NO_CLIENT: Any = None
ITEM = GateItem(NO_CLIENT, "jobs", LONGEST_ACCOUNT)


def written(gate: Gate, times: int) -> list[Swap]:
    swaps = [ITEM.swap(Standing(Gate(), ""), gate)]
    for _ in range(times - 1):
        swaps.append(ITEM.swap(swaps[-1].after, gate))
    return swaps


@pytest.mark.parametrize("gate", [Gate(), LARGEST], ids=["small", "largest"])
def test_a_write_is_known_again_under_those_that_came_after_it(gate: Gate) -> None:
    swaps = written(gate, 100)
    for number in range(99):
        seen_in = [swaps[number].is_in(later.request["Item"]) for later in swaps]
        assert not any(seen_in[:number])
        assert all(seen_in[number : number + LEAST_MARKS])


@pytest.mark.parametrize("gate", [Gate(), LARGEST], ids=["small", "largest"])
def test_the_marks_never_cost_a_second_unit(gate: Gate) -> None:
    assert max(item_bytes(swap.request["Item"]) for swap in written(gate, 100)) < BYTES_A_UNIT


def test_a_refused_write_is_not_taken_for_made() -> None:
    before = written(Gate(), 3)[-1].after
    ours, theirs = ITEM.swap(before, Gate()), ITEM.swap(before, Gate())
    assert not ours.is_in(theirs.request["Item"])
    assert not ours.is_in({})
