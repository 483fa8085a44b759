"""`GET /outputs/{id}/{number}.{format}`: the pictures, while they last. No key needed, as upstream's."""

from aiohttp import web

from local.simulator.answers import refusal
from local.simulator.download_faults import SPOILS
from local.simulator.pictures.studio import FORMATS, Studio
from local.simulator.stats import bump
from local.simulator.world import World


class OutputRoutes:
    def __init__(self, world: World, studio: Studio) -> None:
        self._world, self._studio = world, studio

    def table(self) -> list[web.RouteDef]:
        return [web.get(r"/outputs/{id}/{number:\d+}.{format}", self._download)]

    async def _download(self, request: web.Request) -> web.StreamResponse:
        task = self._world.tasks.get(request.match_info["id"])
        number = int(request.match_info["number"])
        if task is None or f"{self._world.url}{request.path}" not in task.outputs:
            raise refusal(404, "output not found")
        settings = self._world.settings
        if task.age_seconds > settings.output_ttl_seconds:
            raise refusal(settings.expired_output_status, "output expired")
        self._world.stats.downloads += 1
        bump(self._world.stats.downloads_by_task, task.id)
        picture_format = request.match_info["format"]
        picture = await self._studio.picture(self._world.order(task, number, picture_format))
        content_type = FORMATS[picture_format][0]
        if struck := self._world.faults.take_first("output", task.prompt, task.model_id):
            kind, params = struck
            return await SPOILS[kind](request, picture, content_type, params)
        return web.Response(body=picture, content_type=content_type)
