"""The receiver's routes: its own under `/_…`, every other path takes webhooks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from aiohttp import web
from pydantic import TypeAdapter

from local.receiver.answering import answer
from local.receiver.behaviour import Behaviour, Rule
from local.receiver.client import ReceiverClient
from local.receiver.inbox import Inbox, moment
from local.receiver.verification import Secrets, check_secret, verify
from local.serving import serving_in_thread

LARGEST_BODY_BYTES = 16 * 1024 * 1024
RULES = TypeAdapter(list[Rule])


@dataclass
class Receiver:
    """`secrets` are for Standard Webhooks, `v3_secrets` for upstream's scheme."""

    secrets: Secrets = field(default_factory=dict)
    v3_secrets: Secrets = field(default_factory=dict)
    inbox: Inbox = field(default_factory=Inbox)
    behaviour: Behaviour = field(default_factory=Behaviour)

    def table(self) -> list[web.RouteDef]:
        return [
            web.get("/_received", self._list),
            web.delete("/_received", self._clear),
            web.get("/_behaviour", self._rules),
            web.put("/_behaviour", self._behave),
            web.put("/_secrets", self._change_secrets),
            web.route("*", "/{path:.*}", self._receive),
        ]

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        arrived = moment()
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        rule = self.behaviour.rule_for(request.path)
        self.inbox.add(
            **arrived,
            method=request.method,
            path=request.path,
            query=request.query_string,
            headers=headers,
            body=body.decode(errors="replace"),
            **asdict(verify(headers, body, self.secrets, self.v3_secrets)),
            answered=None if rule.hang or rule.disconnect else rule.status,
        )
        return await answer(request, rule)

    async def _list(self, request: web.Request) -> web.Response:
        """`?since=` (Unix milliseconds, inclusive), `?after=` (a number), `?webhook_id=`, `?path=`."""
        query = request.query
        try:
            since_ms, after = (int(query[name]) if name in query else None for name in ("since", "after"))
        except ValueError:
            return _refused("since and after must be whole numbers")
        found = self.inbox.found(since_ms, query.get("webhook_id"), query.get("path"), after)
        return web.json_response({"received": [asdict(received) for received in found]})

    async def _clear(self, _: web.Request) -> web.Response:
        self.inbox.clear()
        return web.json_response({})

    async def _rules(self, _: web.Request) -> web.Response:
        return web.json_response([rule.model_dump() for rule in self.behaviour.rules()])

    async def _behave(self, request: web.Request) -> web.Response:
        """A list of rules, in place of all there were."""
        try:
            self.behaviour.replace(RULES.validate_json(await request.read()))
        except ValueError as error:
            return _refused(str(error))
        return web.json_response({})

    async def _change_secrets(self, request: web.Request) -> web.Response:
        """`{secrets?: {label: whsec_…}, v3_secrets?: {…}}`: each replaces what there was."""
        try:
            given = TypeAdapter(dict[str, Secrets]).validate_json(await request.read())
            for secret in given.get("secrets", {}).values():
                check_secret(secret)
        except ValueError as error:
            return _refused(str(error))
        self.secrets = given.get("secrets", self.secrets)
        self.v3_secrets = given.get("v3_secrets", self.v3_secrets)
        return web.json_response({"secrets": sorted(self.secrets), "v3_secrets": sorted(self.v3_secrets)})


def _refused(message: str) -> web.Response:
    return web.json_response({"message": message}, status=400)


def build(secrets: Secrets, v3_secrets: Secrets) -> Callable[[str], web.Application]:
    """What `local.serving` asks for."""

    def application(_: str) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY_BYTES)
        app.add_routes(Receiver(secrets, v3_secrets).table())
        return app

    return application


@contextmanager
def receiver_in_thread(
    secrets: Secrets | None = None, v3_secrets: Secrets | None = None
) -> Iterator[ReceiverClient]:
    """For tests: a receiver on a free port while the block runs."""
    with (
        serving_in_thread(build(secrets or {}, v3_secrets or {})) as url,
        ReceiverClient(url) as client,
    ):
        yield client
