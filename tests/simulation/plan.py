"""What a seed asks of the system: tenants and their caps, limits, calls and when they come."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from darkroom.jobs.catalogue import DREAMINA_V31, MODELS, RANDOM_SEED
from darkroom.jobs.permits import PermitLimits
from darkroom.jobs.request import ImageRequest, Priority, WebhookFormat

TENANTS = ("acme", "globex", "initech")
PRICES: dict[str, int | None] = {DREAMINA_V31.id: 27_000, MODELS[1].id: 20_000}


TRICKLE = 0.3
"""How likely calls come about as fast as they can be served, so that now one waits and now none."""


class Kind(StrEnum):
    NATIVE = "native"
    KEYED = "keyed"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Call:
    """`at`: seconds since the start. `number`: it is the tenant's own. `times`: so often at once.
    `conflicts`: its key is used for another body too."""

    at: float
    number: int
    kind: Kind
    tenant: str
    request: ImageRequest
    parts: int = 1
    times: int = 1
    conflicts: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`caps` in micro-dollars by tenant. `owned`: globex is a sub-account of acme. `own_key`:
    initech has an upstream key of its own, which is replaced, and may be removed."""

    limits: PermitLimits
    callbacks: bool
    caps: dict[str, int]
    owned: bool
    own_key: bool
    own_key_rotated_at: float
    own_key_removed_at: float | None
    calls: tuple[Call, ...]
    meddled_at: tuple[float, ...]
    price_changes: tuple[tuple[float, str, int | None], ...]
    heals_at: float


def drawn_plan(random: Random) -> Plan:
    trickle, count = random.random() < TRICKLE, random.randint(3, 8)
    spread = count * random.uniform(3, 9) if trickle else random.choice([0.5, 10.0, 60.0, 200.0])
    limits = (60, random.randint(1, 2)) if trickle else (random.randint(1, 12), random.randint(1, 6))
    calls = tuple(_call(random, number, spread) for number in range(count))
    return Plan(
        limits=PermitLimits(*limits, slot_seconds=600),
        callbacks=random.random() < 0.75,
        caps={tenant: random.randint(1, 6) * 27_000 for tenant in TENANTS if random.random() < 0.4},
        owned=random.random() < 0.3,
        own_key=not trickle and random.random() < 0.6,
        own_key_rotated_at=random.uniform(0, 100),
        own_key_removed_at=random.uniform(0, 300) if random.random() < 0.2 else None,
        calls=_numbered(calls),
        meddled_at=tuple(_soon_after(random, calls) for _ in range(random.randint(0, 6))),
        price_changes=_price_changes(random),
        heals_at=random.choice([60.0, 200.0, 500.0, 900.0]),
    )


def _numbered(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Each tenant's own are told apart; another's may be the very same."""
    seen: Counter[str] = Counter()
    numbered = []
    for call in sorted(calls, key=lambda call: call.kind):
        number = seen[call.tenant]
        seen[call.tenant] += 1
        joined = call.kind is Kind.JOINED
        request = replace(call.request, prompt=f"joined {number}") if joined else call.request
        numbered.append(replace(call, number=number, request=request))
    return tuple(numbered)


def _call(random: Random, number: int, spread: float) -> Call:
    kind = random.choice([Kind.NATIVE, Kind.NATIVE, Kind.KEYED, Kind.KEYED, Kind.JOINED, Kind.JOINED])
    tenant = random.choice([TENANTS[0], *TENANTS])
    at = random.random() * spread
    if kind is Kind.JOINED:
        return Call(at, number, kind, tenant, _plain_request(), parts=random.choice([1, 1, 2]))
    times = random.choice([1, 1, 2, 3]) if kind is Kind.KEYED else 1
    request, conflicts = _request(random, tenant, number), random.random() < 0.2
    return Call(at, number, kind, tenant, request, times=times, conflicts=conflicts)


def _soon_after(random: Random, calls: Sequence[Call]) -> float:
    return random.choice(calls).at + random.expovariate(1 / random.choice([1.0, 20.0, 200.0]))


def _price_changes(random: Random) -> tuple[tuple[float, str, int | None], ...]:
    """When what costs what; None: nobody knows."""
    if random.random() < 0.7:
        return ()
    models, prices = [model.id for model in MODELS], [None, 25_000, 31_000]
    return tuple(
        (random.random() * 60, random.choice(models), random.choice(prices))
        for _ in range(random.randint(1, 3))
    )


def _plain_request() -> ImageRequest:
    return ImageRequest(DREAMINA_V31.id, "a picture", width=1328, height=1328, deadline_seconds=600)


def _request(random: Random, tenant: str, number: int) -> ImageRequest:
    model = random.choice(MODELS)
    return ImageRequest(
        model=model.id,
        prompt=f"picture {number}" if random.random() < 0.7 else "the same picture",
        width=model.default_size[0],
        height=model.default_size[1],
        seed=random.choice([RANDOM_SEED, RANDOM_SEED, 7]),
        webhook_url=f"https://hooks.test/{tenant}" if random.random() < 0.75 else None,
        webhook_format=random.choice([WebhookFormat.EVENT, WebhookFormat.EVENT, WebhookFormat.PREDICTION]),
        deadline_seconds=random.choice([30, 120, 600, 3600]),
        priority=random.choice(list(Priority)),
    )
