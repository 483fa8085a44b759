"""One run of one way: its program started, watched, perhaps something killed at half time, all counted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.side_by_side.figures import Outcome, Victim
from benchmarks.side_by_side.generations import Journal, Plan, told
from benchmarks.side_by_side.processes import Watch
from benchmarks.side_by_side.started import Program
from benchmarks.side_by_side.ways import Way
from local.simulator.control import SimulatorControl

PATIENCE_SECONDS = {False: 120.0, True: 960.0}
"""Without a picture; after a kill Darkroom gives a task up to ten minutes to be found."""
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Bench:
    """What all runs share. `speed`: factor on upstream's inference times."""

    simulator: SimulatorControl
    folder: Path
    concurrency: int = 20
    speed: float = 1.0

    def run(self, way: Way, count: int, victim: Victim | None = None) -> Outcome:
        """Where latency counts, what stands between has had two calls for each place: it has started all."""
        if way.middle:
            way.middle.wait()
        if way.middle and victim is None:
            self._run(way, 2 * self.concurrency, None)
        return self._run(way, count, victim)

    def _run(self, way: Way, count: int, victim: Victim | None) -> Outcome:
        plan = self._plan(way, count)
        self.simulator.reset()
        self.simulator.settings(speed=self.speed, tier="silver", sync_wait_seconds=600)
        program = Program(way, plan)
        try:
            program.start()
            with _watched(way, victim) as watch:
                began = time.monotonic()
                program.go()
                if victim:
                    program.wait_for(count // 2)
                    self._kill(way, program, victim)
                program.wait(PATIENCE_SECONDS[victim is not None])
                wall_seconds = time.monotonic() - began
        finally:
            program.kill()
        outcome = self._counted(plan, wall_seconds)
        return replace(outcome, between=watch.root, functions=watch.descendants) if watch else outcome

    def _plan(self, way: Way, count: int) -> Plan:
        run = f"{way.name}-{time.time_ns():x}"
        folder = self.folder / run
        folder.mkdir(parents=True)
        plan = Plan(
            run,
            count,
            self.concurrency,
            str(folder),
            way.base_url,
            way.api_key,
            way.webhook_port,
            way.webhook_secret,
        )
        plan.write()
        return plan

    @staticmethod
    def _kill(way: Way, program: Program, victim: Victim) -> None:
        if victim == "middle":
            assert way.middle
            way.middle.kill()
        else:
            program.kill()
            program.start()
            program.go()

    def _counted(self, plan: Plan, wall_seconds: float) -> Outcome:
        """Once upstream has ended all that was started: a task that nobody waits for is charged too."""
        while (stats := self.simulator.stats()).in_flight or stats.waiting:
            time.sleep(LOOK_SECONDS)
        numbers = {generation.prompt: generation.number for generation in plan.generations()}
        journal = told(Journal(plan.journal).lines())
        return Outcome(
            generations=plan.count,
            delivered=frozenset(plan.delivered()),
            told=journal,
            inference_seconds={
                numbers[task["input"]["prompt"]]: (task["ended_at_ms"] - task["started_at_ms"]) / 1000
                for task in self.simulator.tasks()
            },
            charges={numbers[prompt]: charges for prompt, charges in stats.charges_by_prompt.items()},
            wall_seconds=wall_seconds,
        )


@contextmanager
def _watched(way: Way, victim: Victim | None) -> Iterator[Watch | None]:
    """Only undisturbed runs: a process that is started anew has spent its start too."""
    if way.middle is None or victim:
        yield None
        return
    with Watch(way.middle.pid()) as watch:
        yield watch
