"""A request that waits for its jobs, and its repeats: they find the same jobs, by a key or by joining.

With an Idempotency-Key the key leads there. Without one the call is written down as open before its jobs are
accepted, and a POST that the policy takes for a repeat joins it (`jobs.joins` has the why).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from darkroom import adapters, wiring
from darkroom.http.admission import admit
from darkroom.http.errors import ApiError
from darkroom.jobs.account import Account
from darkroom.jobs.ids import keyed_job_id
from darkroom.jobs.joins import Choose, OpenCall, Post, call_fingerprint
from darkroom.jobs.request import ImageRequest
from darkroom.ports import ThrottledError

_WITH_PICTURES = (404, 413)
"""Pictures are made that this answer can't hold: a repeat must not pay for others."""


@dataclass(frozen=True, slots=True)
class Turn:
    """`keys`: what each part's job id is derived from. `headers`: of the tenant's rate; a joined call, which
    makes no job, has none."""

    keys: list[str]
    headers: dict[str, str]


def part_keys(key: str, parts: int) -> list[str]:
    """The first part's is the key itself, so that the same key with another number of parts is found too."""
    return [key, *(f"{key}\0{part}" for part in range(2, parts + 1))]


def keyed_turn(account: Account, key: str, parts: int, *, is_repeat: bool) -> Turn:
    """A repeat whose jobs are there makes none, and is not counted. Raises ApiError 429."""
    known = is_repeat and adapters.jobs_table().get(account.tenant, keyed_job_id(account.tenant, key))
    return Turn(part_keys(key, parts), {} if known else admit(account))


@contextmanager
def joined_turn(
    account: Account, requests: Sequence[ImageRequest], post: Post, seconds: float, choose: Choose | None
) -> Iterator[Turn]:
    """While the block runs, the call is ours. `choose` of None: surely a first try.

    `seconds`: until when the block ends at the latest, from now on. A block that ends, or ends in an answer
    that is final, has answered the call; one that ends in a 503 leaves it to the next repeat. Raises ApiError
    429.
    """
    joiner = wiring.joiner()
    call, headers = _entered(account, call_fingerprint(requests), post, seconds, choose)
    try:
        yield Turn(_keys(call, len(requests)), headers)
    except ThrottledError:
        joiner.leave(call)
        raise
    except ApiError as error:
        if error.status == 503:
            joiner.leave(call)
        else:
            joiner.answer(call, failed=error.status not in _WITH_PICTURES)
        raise
    joiner.answer(call)


def _entered(
    account: Account, fingerprint: str, post: Post, seconds: float, choose: Choose | None
) -> tuple[OpenCall, dict[str, str]]:
    """A refusal is written down too: the repeat of a refused call must not join another's."""
    joiner = wiring.joiner()
    call = joiner.join(account.tenant, fingerprint, post, seconds, choose) if choose else None
    try:
        headers = {} if call and call.refused_at is None else admit(account)
    except (ApiError, ThrottledError):
        if call is None:
            joiner.open_refused(account.tenant, fingerprint, post)
        else:
            joiner.refuse(call)
        raise
    return call or joiner.open(account.tenant, fingerprint, post, seconds), headers


def _keys(call: OpenCall, parts: int) -> list[str]:
    return [call.key(part) for part in range(1, parts + 1)]
