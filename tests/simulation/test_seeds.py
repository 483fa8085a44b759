"""Two thousand seeds, each with tenants, calls and faults of its own: no promise is broken."""

import pytest

from simulation.run import Simulation

SEEDS = 2_000
CHUNK = 50


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_seed_breaks_a_promise(first: int) -> None:
    for seed in range(first, first + CHUNK):
        violation = Simulation(seed).run()
        assert violation is None, str(violation)
