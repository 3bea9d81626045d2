"""HTML that is put together from elements, so that no text gets in unescaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_CELL = "text-align: left; vertical-align: middle; padding: 0.2em 0.8em 0.2em 0"


class Html(str):
    """Text that is HTML already; any other is escaped where it comes in."""

    __slots__ = ()


def element(tag: str, /, *children: object, **attributes: object) -> Html:
    """An element around its children.

    children    Html as it is, anything else as its text; None is left out
    attributes  an underscore in a name stands for a hyphen; None is left out
    """
    given = "".join(
        f' {name.replace("_", "-")}="{escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{given}>{joined(*children)}</{tag}>")


def joined(*children: object) -> Html:
    """Children one after the other, as `element` takes them."""
    return Html("".join(_inside(child) for child in children if child is not None))


def link(text: str, address: str | None) -> Html:
    """Text that leads to an address; plain text where there is none."""
    if address is None:
        return joined(text)
    return element("a", text, href=address, target="_blank", rel="noopener")


def table(headers: Sequence[object], rows: Iterable[Sequence[object]]) -> Html | None:
    """Rows below their headers; None where there are no rows."""
    lines = [_row("td", cells) for cells in rows]
    if not lines:
        return None
    head = element("thead", _row("th", headers))
    return element("table", head, element("tbody", *lines))


def _row(kind: str, cells: Sequence[object]) -> Html:
    return element("tr", *(element(kind, cell, style=_CELL) for cell in cells))


def _inside(child: object) -> str:
    return child if isinstance(child, Html) else escape(str(child))
