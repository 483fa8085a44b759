"""Upstream's callbacks on their way in, as the callback function takes them; and forged ones."""

from random import Random
from urllib.parse import parse_qsl, urlsplit

from darkroom.ports import JobChangedError, JobKey, ThrottledError
from darkroom.usecases.adopt import Adopter
from darkroom.wavespeed import callback_token
from darkroom.wavespeed.callback import CallbackRefusedError
from simulation.scheduler import Invocation
from simulation.signed import SIGNING_KEY
from simulation.upstream_tasks import UpstreamTask
from simulation.world import World

CALLBACK_SECONDS = 10.0
_TRIES = 3
_FORGED_ID = "task-forged"


class Callbacks:
    """`taken`: for which job, and of which task."""

    def __init__(self) -> None:
        self.world: World
        self.taken: list[tuple[JobKey, str]] = []

    def __call__(self, url: str, task: UpstreamTask, at: float) -> None:
        """Upstream calls this address at that time."""
        self._come_in(url, task.id, at, _TRIES if self.world.random.random() < 0.5 else 1)
        if self.world.faults.happens("callback is forged"):
            self._come_in(_forged(self.world.random, url), _FORGED_ID, at - 0.1, 1)

    def _come_in(self, url: str, prediction_id: str, at: float, tries: int) -> None:
        def arrive() -> None:
            self.world.scheduler.start(self._invocation(), [handle])

        def handle() -> None:
            if not self._taken(url, prediction_id) and tries > 1:
                self._come_in(url, prediction_id, self.world.scheduler.now + 20, tries - 1)

        self.world.scheduler.at(at, arrive)

    def _invocation(self) -> Invocation:
        return self.world.invocation("callback", CALLBACK_SECONDS)

    def _taken(self, url: str, prediction_id: str) -> bool:
        """Whether upstream was told so; as functions/callback does."""
        adopter: Adopter = self.world.adopter
        try:
            target = callback_token.check(SIGNING_KEY, dict(parse_qsl(urlsplit(url).query)))
            adopter.adopt(target.tenant, target.job_id, target.attempt_id, prediction_id)
            self.taken.append((JobKey(target.tenant, target.job_id), prediction_id))
        except CallbackRefusedError:
            self.world.judge.require(prediction_id == _FORGED_ID, "a true callback is not refused", url)
        except (ThrottledError, JobChangedError):
            return False
        except Exception as error:  # noqa: BLE001  # what nobody expects is a violation of its own
            self.world.judge.unexpected(error)
        return True


def _forged(random: Random, url: str) -> str:
    """By somebody who has seen an address, and has no key."""
    before, name, rest = url.partition(random.choice(["&job=", "&attempt="]))
    value = rest.partition("&")[0]
    other = value[:-1] + ("0" if value[-1] != "0" else "1")
    return before + name + rest.replace(value, other, 1) if random.random() < 0.5 else url + "x"
