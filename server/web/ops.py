"""What those who run the machine ask: alive, ready, metrics."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from server.hub.hub import is_up_to_date
from server.web.keys import HUB, METRICS

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"alive": True})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """200 when the store answers and every log has been read to its end just now, else 503; says so for each bazaar, and what stops it."""
    hub = request.app[HUB]
    rooms = {
        bazaar_id: {"ready": is_up_to_date(room), "offset": room.offset, "behind_s": round(room.behind_s, 1), "fault": room.fault}
        for bazaar_id, room in hub.rooms.items()
    }
    body = {"ready": hub.ready, "store": hub.reachable, "bazaars": rooms}
    return web.json_response(body, status=200 if hub.ready else 503)


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Prometheus' page."""
    return web.Response(body=request.app[METRICS].text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
