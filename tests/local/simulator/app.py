"""Puts the simulator together."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

from local.serving import serving_in_thread
from local.simulator.account_routes import AccountRoutes
from local.simulator.answers import errors_as_json
from local.simulator.callbacks import Callbacks
from local.simulator.control import SimulatorControl
from local.simulator.control_routes import ControlRoutes
from local.simulator.lifecycle import Lifecycle
from local.simulator.output_routes import OutputRoutes
from local.simulator.pictures.studio import Studio
from local.simulator.prediction_routes import PredictionRoutes
from local.simulator.settings import Settings
from local.simulator.submit_routes import SubmitRoutes
from local.simulator.world import Credentials, World

LARGEST_BODY_BYTES = 1024 * 1024
TEST_CREDENTIALS = Credentials("wsk-not-a-real-key-0001", "whsec_bm90LWEtcmVhbC1zZWNyZXQtMDAwMQ==")


def build(
    credentials: list[Credentials], settings: Settings, seed: int = 1
) -> Callable[[str], web.Application]:
    """What `local.serving` asks for."""

    def application(url: str) -> web.Application:
        world = World(credentials, settings, url, seed)
        studio, callbacks = Studio(), Callbacks(world)
        lifecycle = Lifecycle(world, studio, callbacks)

        async def until_cleanup(_: web.Application) -> AsyncIterator[None]:
            yield
            await lifecycle.stop_all()
            await callbacks.close()
            studio.close()

        app = web.Application(middlewares=[errors_as_json], client_max_size=LARGEST_BODY_BYTES)
        for routes in (
            ControlRoutes(world, lifecycle, callbacks),
            OutputRoutes(world, studio),
            AccountRoutes(world),
            PredictionRoutes(world, lifecycle),
            SubmitRoutes(world, lifecycle),
        ):
            app.add_routes(routes.table())
        app.cleanup_ctx.append(until_cleanup)
        return app

    return application


@contextmanager
def simulator_in_thread(
    *credentials: Credentials, settings: Settings | None = None, seed: int = 1
) -> Iterator[SimulatorControl]:
    """For tests: a simulator on a free port while the block runs."""
    given = list(credentials) or [TEST_CREDENTIALS]
    with (
        serving_in_thread(build(given, settings or Settings(), seed)) as url,
        SimulatorControl(url) as control,
    ):
        yield control
