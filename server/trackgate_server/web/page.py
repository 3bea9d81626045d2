"""Pages are declared where they are made; `binding` has Flask answer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from trackgate_wire.endpoint import Access
from trackgate_wire.errors import TrackgateError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from trackgate_server.operations.scope import Scope

Wants = Literal["read", "write", "none"]
"""The transaction a page is made in; none: it opens its own, or needs none."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody asks for a page.

    query  what stands behind the address's question mark
    form   what was filled in; empty unless a form was sent
    """

    scope: Scope
    query: MultiDict[str, str]
    form: MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """A page to be shown: a template and what it is given.

    kept  False where no copy may lie in a browser's cache, for it holds a secret
    """

    template: str
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: int = 200
    kept: bool = True

    def refusing(self, error: TrackgateError, **typed: str) -> View:
        """This page in answer to a form that was refused: with what was typed, and why.

        Only where nothing was written before the form was refused.
        """
        given = {**self.given, **typed, "problem": error.message}
        return replace(self, given=given, status=error.status)


@dataclass(frozen=True, slots=True)
class Onward:
    """The page to go to once a form was carried out.

    segments  parts of its path, not yet quoted
    query     behind the question mark
    notice    a key of `notices.TEXTS`: what to say there
    """

    segments: tuple[object, ...]
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notice: str = ""


Answer = View | Onward | Response
Maker = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is answered; `make` gets the visit and the path's variables."""

    method: Literal["GET", "POST"]
    path: str
    access: Access
    wants: Wants
    make: Maker


PAGES: list[Page] = []


def page(
    path: str, access: Access = Access.READ, wants: Wants = "read"
) -> Callable[[Maker], Maker]:
    """Declare what makes the page at `path`, in Flask's notation."""
    return _declared("GET", path, access, wants)


def form(
    path: str, access: Access = Access.WRITE, wants: Wants = "write"
) -> Callable[[Maker], Maker]:
    """Declare what carries out a form sent to `path`; it answers `Onward`."""
    return _declared("POST", path, access, wants)


def _declared(
    method: Literal["GET", "POST"], path: str, access: Access, wants: Wants
) -> Callable[[Maker], Maker]:
    def declare(make: Maker) -> Maker:
        PAGES.append(Page(method, path, access, wants, make))
        return make

    return declare
