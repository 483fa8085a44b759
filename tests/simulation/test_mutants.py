"""The simulation finds every planted bug, within so many seeds."""

import pytest

from simulation.mutants import MUTANTS
from simulation.mutants.planting import planted
from simulation.run import Simulation, Violation

MOST_SEEDS = 1_500


@pytest.mark.parametrize("name", MUTANTS)
def test_the_simulation_finds(name: str) -> None:
    with planted(MUTANTS[name]):
        assert _first_violation() is not None, f"{name} survives {MOST_SEEDS} seeds"


def _first_violation() -> Violation | None:
    return next(filter(None, (Simulation(seed).run() for seed in range(MOST_SEEDS))), None)
