"""All that the simulator remembers: settings, accounts, tasks, faults, statistics. No behaviour over time."""

import random
from dataclasses import dataclass

from local.simulator.accounts import Account
from local.simulator.answers import refusal
from local.simulator.catalogue import Model
from local.simulator.faults import Faults
from local.simulator.pictures.studio import Order
from local.simulator.settings import Settings
from local.simulator.stats import Stats
from local.simulator.submission import Submission
from local.simulator.task import Task


@dataclass(frozen=True)
class Credentials:
    key: str
    webhook_secret: str


class World:
    def __init__(self, credentials: list[Credentials], settings: Settings, url: str, seed: int = 1) -> None:
        self.url = url
        self.settings = self._first_settings = settings
        self._credentials = credentials
        self._seed = seed
        self.forget()

    def forget(self) -> None:
        """Back to the start: settings, accounts, tasks, faults, statistics."""
        self.settings = self._first_settings
        self.stats = Stats()
        self.faults = Faults(self.stats, self._seed)
        self.rng = random.Random(self._seed)
        self.tasks: dict[str, Task] = {}
        self.accounts = {
            given.key: Account(given.key, given.webhook_secret, self.settings.balance_microusd)
            for given in self._credentials
        }

    def open_account(self, given: Credentials, balance_microusd: int | None) -> None:
        """Until the next reset; None: the settings' balance. An open account starts anew."""
        balance = self.settings.balance_microusd if balance_microusd is None else balance_microusd
        self.accounts[given.key] = Account(given.key, given.webhook_secret, balance)

    def account(self, authorization: str | None) -> Account:
        """Raises RefusalError (401) unless the header is a Bearer with a known key."""
        scheme, _, key = (authorization or "").partition(" ")
        account = self.accounts.get(key.strip())
        if scheme.lower() != "bearer" or account is None:
            raise refusal(401, "unauthorized: invalid API key")
        return account

    def account_of(self, task: Task) -> Account:
        return self.accounts[task.account_key]

    def task(self, account: Account, task_id: str) -> Task:
        """Raises RefusalError (404) for an unknown task and for another account's."""
        task = self.tasks.get(task_id)
        if task is None or task.account_key != account.key:
            raise refusal(404, f"prediction not found: {task_id}")
        return task

    def new_task(self, account: Account, submission: Submission) -> Task:
        """Remembered, with its faults drawn; neither charged nor started."""
        asked_seed = int(submission.input["seed"])
        seed = self.rng.randrange(2**31) if asked_seed < 0 else asked_seed
        task = Task(submission, account.key, seed, self.url, self.settings.nsfw)
        places = ("task", "callback") if submission.webhook_url else ("task",)
        task.pinned = self.faults.take_all(*places, prompt=task.prompt, model_id=task.model_id)
        self.tasks[task.id] = task
        return task

    def price_microusd(self, model: Model) -> int:
        return self.settings.prices_microusd.get(model.model_id, model.price_microusd)

    def inference_seconds(self, task: Task) -> float:
        """A fault's, else the fixed one, else drawn from the model's lognormal; a fault's is not sped up."""
        if "slow_inference" in task.pinned:
            return float(task.pinned["slow_inference"]["seconds"])
        fixed = self.settings.inference_seconds
        median = task.submission.model.median_seconds
        drawn = (
            median * self.rng.lognormvariate(0, self.settings.inference_spread) if fixed is None else fixed
        )
        return drawn * self.settings.speed

    def order(self, task: Task, number: int, picture_format: str | None = None) -> Order:
        """What to draw for the output `number`, counted from 1; the format is the settings' by default."""
        size = task.submission.width, task.submission.height
        look = picture_format or self.settings.picture_format, self.settings.picture_style
        return Order(task.prompt, task.seed + number - 1, *size, *look)

    def output_url(self, task: Task, number: int) -> str:
        return f"{self.url}/outputs/{task.id}/{number}.{self.settings.picture_format}"
