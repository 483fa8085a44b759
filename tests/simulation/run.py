"""One seed: its plan with its faults, then without them until nothing is left to happen, then the verdict."""

import math
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from darkroom.jobs.account import Account
from darkroom.ports import ThrottledError
from simulation import trace
from simulation.callbacks import Callbacks
from simulation.callers import Callers
from simulation.faults import Faults
from simulation.handlers import ImagesHandler
from simulation.ids import ids_from
from simulation.patience import Patience
from simulation.plan import TENANTS, drawn_plan
from simulation.scheduler import START, ViolationError
from simulation.verdict import judge_the_end
from simulation.world import World

RECONCILER_SECONDS = 50.0
_SHOWN_STEPS = 40


@dataclass(frozen=True, slots=True)
class Violation:
    seed: int
    promise: str
    last_steps: tuple[str, ...]
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(
            [
                f"seed {self.seed}: {self.promise}",
                f"faults: {', '.join(self.faults) or 'none'}",
                *self.last_steps,
                f"seed {self.seed}: {self.promise}",
                f"again: make soak SEED={self.seed}",
            ]
        )


class Simulation:
    """`rows`: all steps, once it has run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        random = Random(seed)
        self._random = random
        callbacks = self._callbacks = Callbacks()
        faults = Faults(random)
        self._enabled = (*faults.rates, *(f"{name} is down" for name in faults.outages))
        self.world = callbacks.world = World(drawn_plan(random), faults, random, callbacks)
        world = self.world
        self._callers = Callers(
            world.scheduler,
            world.judge,
            world.handlers,
            ImagesHandler(world.scheduler, world.judge, world.handlers),
            random,
            world.invocation,
            self._account,
        )

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return self.world.scheduler.trace

    def run(self) -> Violation | None:
        self._plan()
        try:
            with ids_from(self._random):
                self.world.scheduler.run()
            judge_the_end(self.world, self._callbacks.taken)
        except ViolationError as violation:
            steps = tuple(trace.lines(self.rows[-_SHOWN_STEPS:]))
            return Violation(self.seed, str(violation), steps, self._enabled)
        finally:
            self.world.scheduler.close()
        return None

    def _plan(self) -> None:
        world, plan = self.world, self.world.plan
        at = world.scheduler.at
        for tenant, cap in plan.caps.items():
            world.budgets.set_cap(tenant, cap)
        if plan.own_key:
            world.accounts.own_keys.tenants.add(TENANTS[2])
        at(START + plan.own_key_rotated_at, world.accounts.own_keys.rotate)
        if plan.own_key_removed_at is not None:
            at(START + plan.own_key_removed_at, lambda: world.accounts.own_keys.tenants.discard(TENANTS[2]))
        for call in plan.calls:
            at(START + call.at, partial(self._callers.call, call))
        for meddled_at in plan.meddled_at:
            at(START + meddled_at, self._callers.meddle)
        for changed_at, model, price in plan.price_changes:
            at(START + changed_at, partial(world.prices.prices.__setitem__, model, price))
        at(START + self._random.random() * 60, self._reconcile)
        at(START + plan.heals_at, self._heal)
        at(START, Patience(world).look)

    def _heal(self) -> None:
        self.world.scheduler.note("healed")
        self.world.faults.heal()

    def _reconcile(self) -> None:
        """Each minute, for as long as it has anything to find."""
        world = self.world

        def work() -> None:
            try:
                world.reconciler.reconcile()
            except ThrottledError:
                pass
            except Exception as error:  # noqa: BLE001  # what nobody expects is a violation of its own
                world.judge.unexpected(error)

        world.scheduler.start(world.invocation("reconciler", RECONCILER_SECONDS), [work])
        next_at = self._next_needed()
        if next_at is not None:
            minutes = max(1, math.ceil((next_at - world.scheduler.now) / 60))
            world.scheduler.at(world.scheduler.now + 60 * minutes, self._reconcile)

    def _next_needed(self) -> float | None:
        """Between two times at which something may be overdue it finds nothing and does nothing."""
        world = self.world
        jobs, now = world.judge.jobs.values(), world.scheduler.now
        if now < START + world.plan.heals_at + 60 or any(not job.status.terminal for job in jobs):
            return now
        return min((job.due_at for job in jobs if job.due_at is not None), default=None)

    def _account(self, tenant: str) -> Account:
        plan = self.world.plan
        payers = [tenant] if tenant in plan.caps else []
        owner = TENANTS[0] if plan.owned and tenant == TENANTS[1] else None
        if owner in plan.caps:
            payers.append(str(owner))
        return Account(
            tenant,
            owner=owner,
            payers=tuple(payers),
            own_upstream_key=tenant in self.world.accounts.own_keys.tenants,
        )
