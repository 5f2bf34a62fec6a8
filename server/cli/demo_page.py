"""The page of the demo: TV, tablet and phone side by side, as they are together in a hall."""

from aiohttp import web

from server.cli.bazaars import Keys
from server.core.plan import Plan
from server.core.values import CounterNumber
from server.web.pages import render


def add_demo_page(app: web.Application, plan: Plan, keys: Keys, counter: CounterNumber, *, crowd: bool) -> str:
    """Serve the page; its path. It is of the demo alone: whoever opens it works at the counter, which nobody may in a real hall."""
    home = f"/{plan.bazaar.id}"
    paths = {
        "tv": f"{home}/tv/{plan.screens[0].code}",
        "tablet": f"{home}/pair/{keys.counters[counter]}",
        "phone": f"{home}/join",
        "kiosk": f"{home}/pair/{keys.kiosks[1]}",
        "desk": f"{home}/pair/{keys.admin}",
        "order": f"{home}/order",
        "start": home,
    }

    async def show(request: web.Request) -> web.Response:
        agency = plan.agency_of_counter(counter)
        return render(request, "demo.html", bazaar=plan.bazaar, agency=agency, counter=counter, paths=paths, crowd=crowd)

    path = f"{home}/demo"
    app.router.add_get(path, show)
    return path
