"""The first page: my runs, what the team does, and how the server is."""

from __future__ import annotations

from trackgate_wire.endpoint import Access

from trackgate_server.operations import health, overview
from trackgate_server.store.lifecycle import STATUSES
from trackgate_server.web.change_lines import change_lines
from trackgate_server.web.page import View, Visit, page


@page("/")
def home(visit: Visit) -> View:
    found = overview.read(visit.scope)
    is_admin = visit.scope.caller.access >= Access.ADMIN
    return View(
        "home.html",
        {
            "mine": found.mine,
            "newest": found.newest,
            "experiments": found.experiments,
            "changes": change_lines(found.changes),
            "statuses": [status.value for status in STATUSES],
            "health": health.read(visit.scope) if is_admin else None,
        },
    )
