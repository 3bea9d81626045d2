"""The first page: who I am, how to connect, what was run last."""

from __future__ import annotations

from trackgate_server.operations import overview
from trackgate_server.store.lifecycle import STATUSES
from trackgate_server.web.page import View, Visit, page


@page("/")
def home(visit: Visit) -> View:
    found = overview.newest(visit.scope)
    return View(
        "home.html",
        {
            "experiments": found.experiments,
            "run_count": found.runs,
            "newest": found.newest,
            "statuses": [status.value for status in STATUSES],
        },
    )
