"""Where the files of runs, logged models and versions have their pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from trackgate_wire import rules
from trackgate_wire.endpoint import Access
from werkzeug.datastructures import MultiDict

from trackgate_server.operations import artifact_holders
from trackgate_server.operations.artifact_holders import Holder
from trackgate_server.operations.scope import Scope
from trackgate_server.web import links
from trackgate_server.web.page import Maker, form, page

_RUN, _LOGGED_MODEL = "/runs/<run_id>", "/logged-models/<model_id>"
_VERSION = "/models/<name>/versions/<version>"


def artifact_page(tail: str, access: Access = Access.READ) -> Callable[[Maker], Maker]:
    """Declare a page at `…/artifacts` and `tail`, for all that have files.

    It opens its own transactions, short ones, because bytes take long.
    """

    def declare(make: Maker) -> Maker:
        for path in (_RUN, _LOGGED_MODEL, _VERSION):
            page(f"{path}/artifacts{tail}", access, wants="none")(make)
        return make

    return declare


def artifact_form(tail: str) -> Callable[[Maker], Maker]:
    """As `artifact_page`, for a form about what versions can be made from."""

    def declare(make: Maker) -> Maker:
        for path in (_RUN, _LOGGED_MODEL):
            form(f"{path}/artifacts{tail}", wants="none")(make)
        return make

    return declare


def holder_of(scope: Scope, parts: Mapping[str, str]) -> Holder:
    """What an address names by its parts; raises NotFound."""
    if "run_id" in parts:
        return artifact_holders.of_run(scope, parts["run_id"])
    if "model_id" in parts:
        return artifact_holders.of_logged_model(scope, parts["model_id"])
    return artifact_holders.of_version(scope, parts["name"], parts["version"])


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a holder's files, for links.

    prefix    of the whole site
    segments  of the page of all files
    """

    prefix: str
    segments: tuple[str, ...]

    def page(self, path: str = "", **query: object) -> str:
        """Where a file or folder is shown."""
        return links.to(self.prefix, *self.segments, path=path, **query)

    def at(self, tail: str, path: str = "", **query: object) -> str:
        """Where something else of a path is: its bytes, its zip, a form."""
        return links.to(self.prefix, *self.segments, tail, path=path, **query)


def path_in(query: MultiDict[str, str]) -> str:
    """The path that an address asks for; "" for all files. No path is refused."""
    return "/".join(rules.artifact_segments(query.get("path", "")))


def addresses_of(scope: Scope, parts: Mapping[str, str]) -> Addresses:
    """The addresses below what an address names by its parts."""
    if "run_id" in parts:
        named = ("runs", parts["run_id"])
    elif "model_id" in parts:
        named = ("logged-models", parts["model_id"])
    else:
        named = ("models", parts["name"], "versions", parts["version"])
    prefix = scope.services.settings.static_prefix
    return Addresses(prefix, (*named, "artifacts"))
