"""Templates become text; what every page is given stands here."""

from __future__ import annotations

from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trackgate_server import version
from trackgate_server.identity import Identity
from trackgate_server.operations.scope import Scope
from trackgate_server.web import links, notices, shown
from trackgate_server.web.assets import Assets
from trackgate_server.web.markdown import first_words, markdown
from trackgate_server.web.page import View, Visit


class Renderer:
    """Makes the text of pages.

    prefix  of the whole site, such as "/tracking"; "" for none
    """

    def __init__(self, folder: str, prefix: str, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters = cast("dict[str, object]", self._environment.filters)
        filters |= {
            "when": shown.when,
            "duration": shown.duration,
            "size": shown.size,
            "number": shown.number,
            "counted": shown.count,
            "markdown": markdown,
            "first_words": first_words,
        }

        def to(*segments: object, **query: object) -> str:
            return links.to(prefix, *segments, **query)

        def asset(name: str) -> str:
            return f"{prefix}/static/{assets.digest}/{name}"

        given = {"to": to, "asset": asset, "prefix": prefix, "version": version()}
        everywhere = cast("dict[str, object]", self._environment.globals)
        everywhere |= given

    def page(self, view: View, visit: Visit) -> str:
        """The text of a view, in the frame that all pages have."""
        return self._render(
            view,
            caller=visit.scope.caller,
            now_ms=visit.scope.now_ms,
            address=_address(visit.scope),
            notice=notices.text_of(
                visit.query.get("notice", ""), visit.query.get("count", "")
            ),
        )

    def refusal(self, status: int, message: str, caller: Identity) -> str:
        """The text of a page that says what is wrong, to somebody or to nobody."""
        view = View("refused.html", {"status": status, "message": message})
        return self._render(view, caller=caller, notice=None)

    def _render(self, view: View, **common: Any) -> str:
        template = self._environment.get_template(view.template)
        return template.render(**common, **view.given)


def _address(scope: Scope) -> str:
    return scope.origin + scope.services.settings.static_prefix
