"""What a note would look like, while it is written."""

from __future__ import annotations

from trackgate_wire.endpoint import Access
from werkzeug.wrappers import Response

from trackgate_server.web.markdown import markdown
from trackgate_server.web.page import Visit, form


@form("/markdown", access=Access.READ, wants="none")
def preview(visit: Visit) -> Response:
    """The HTML of the text in the field `note`, a piece of a page."""
    html = markdown(visit.form.get("note", "").replace("\r\n", "\n"))
    return Response(html, content_type="text/html; charset=utf-8")
