"""How the server is, and what was changed. For admins."""

from __future__ import annotations

from trackgate_wire import limits
from trackgate_wire.endpoint import Access

from trackgate_server.operations import server_report
from trackgate_server.web.change_lines import change_lines
from trackgate_server.web.page import View, Visit, page


@page("/server", access=Access.ADMIN)
def server(visit: Visit) -> View:
    report = server_report.read(visit.scope)
    rows, further = server_report.changes(visit.scope, _before(visit))
    upgrade = report.copies.upgrade
    return View(
        "server.html",
        {
            "report": report,
            "upgrade_ms": int(upgrade.timestamp() * 1_000) if upgrade else None,
            "backup_is_old": report.copies.is_old(visit.scope.now_ms),
            "changes": change_lines(rows),
            "further": further,
        },
    )


def _before(visit: Visit) -> int | None:
    text = visit.query.get("before", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return min(int(text[:20]), limits.INT64_MAX)
