"""Notes that people write: how they arrive, and what they would look like."""

from __future__ import annotations

from trackgate_wire.endpoint import Access
from werkzeug.wrappers import Response

from trackgate_server.web.markdown import markdown
from trackgate_server.web.page import Visit, form


def note_of(visit: Visit) -> str:
    """The note that a form brought."""
    # Browsers send lines that end with CR and LF (HTML, "form submission").
    return visit.form.get("note", "").replace("\r\n", "\n")


@form("/markdown", access=Access.READ, wants="none")
def preview(visit: Visit) -> Response:
    """The HTML of the text in the field `note`, a piece of a page."""
    html = markdown(note_of(visit))
    return Response(html, content_type="text/html; charset=utf-8")
