"""A seed says it all: its run is the same in every process, so that a failing one can be looked into."""

import subprocess
import sys
from pathlib import Path

from simulation import trace
from simulation.__main__ import first_violation
from simulation.mutants import MUTANTS
from simulation.mutants.planting import planted
from simulation.run import Simulation

ROOT = Path(__file__).parents[2]
_SEEDS = range(20)
_DIGESTS = (
    "from simulation import trace\n"
    "from simulation.run import Simulation\n"
    f"for seed in range({len(_SEEDS)}):\n"
    "    simulation = Simulation(seed)\n"
    "    simulation.run()\n"
    "    print(trace.digest(simulation.rows))\n"
)


def _digests(hash_seed: str) -> list[str]:
    paths = ":".join(str(ROOT / path) for path in ("layers/shared", "functions", "tests"))
    done = subprocess.run(
        [sys.executable, "-c", _DIGESTS],
        env={"PYTHONPATH": paths, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_seed_has_the_same_trace_in_every_process() -> None:
    first = _digests("1")
    assert len(set(first)) == len(_SEEDS)
    assert _digests("2") == first


def test_a_failing_seed_says_how_it_came_to_it_and_how_to_see_it_again() -> None:
    """The last thing that happened, and the command; and the same again."""
    with planted(MUTANTS["posts_before_the_intent_is_stored"]):
        violation = first_violation(range(50))
        assert violation is not None
        text = str(violation)
        assert str(Simulation(violation.seed).run()) == text
    assert text.startswith(f"seed {violation.seed}: the intent is stored before the POST")
    assert text.endswith(f"make soak SEED={violation.seed}")
    assert 10 < len(violation.last_steps) <= 40
    assert "VIOLATION" in violation.last_steps[-1]


def test_a_seed_has_the_same_trace_again_in_the_same_process() -> None:
    def digest(seed: int) -> str:
        simulation = Simulation(seed)
        simulation.run()
        return trace.digest(simulation.rows)

    assert [digest(seed) for seed in (3, 4, 3)][::2] == [digest(3)] * 2
