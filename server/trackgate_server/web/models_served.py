"""Served models: where they answer, and a form to try one out."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import NamedTuple

from trackgate_wire.errors import TrackgateError

from trackgate_server.operations import served_models
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.served_models import ServedModel
from trackgate_server.web import links
from trackgate_server.web.models_description import example_input
from trackgate_server.web.models_page import described
from trackgate_server.web.page import View, Visit, page

_CALL = "invocations"


class Trial(NamedTuple):
    """A served model and what is needed to ask it.

    version  the number that is meant now; "" for none
    base     its path below this host, not quoted
    path     where it takes JSON, quoted
    example  JSON to begin with
    curl     the command that does as the form does
    """

    model: ServedModel
    version: str
    base: str
    path: str
    example: str
    curl: str


@page("/models/<name>/served", wants="none")
def served(visit: Visit, name: str) -> View:
    scope = visit.scope
    # Raises NotFound where there is no such model.
    scope.services.database.read(
        lambda db: described(replace(visit, scope=replace(scope, transaction=db)), name)
    )
    models = served_models.served_as(scope.services.settings, name)
    given = {"name": name, "trials": [_trial(scope, one) for one in models]}
    return View("model_served.html", given)


def _trial(scope: Scope, model: ServedModel) -> Trial:
    version = _version(scope, model)
    prefix = scope.services.settings.static_prefix
    path = links.to(prefix, *model.segments, _CALL)
    example = example_input(scope, model.name, version) if version else "{}"
    return Trial(
        model,
        version,
        base="/".join((prefix, *model.segments)),
        path=path,
        example=example,
        curl=_curl(scope, path, example),
    )


def _version(scope: Scope, model: ServedModel) -> str:
    try:
        return served_models.version_meant(scope, model)
    except TrackgateError:
        # It may come; until then callers are told that nothing is registered there.
        return ""


def _curl(scope: Scope, path: str, example: str) -> str:
    user = f"-u {shlex.quote(scope.caller.user)} " if scope.caller.user else ""
    address = shlex.quote(scope.origin + path)
    data = shlex.quote(example)
    return (
        f"curl {user}{address} \\\n  -H 'Content-Type: application/json' \\\n"
        f"  -d {data}"
    )
