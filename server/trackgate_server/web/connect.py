"""How programs get in: what to set, ready to be copied."""

from __future__ import annotations

from trackgate_server.web.page import View, Visit, page


@page("/connect", wants="none")
def connect(visit: Visit) -> View:
    del visit
    return View("connect.html")
