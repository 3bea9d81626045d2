"""Words that help whoever asked for a model that is not there.

Each hint costs requests, so they are made only when something was not found, and an
error on the way takes the hint away and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING

from trackgate_wire import limits

from trackgate.entities import LoggedModel
from trackgate.entities.model_registry import ModelVersion, RegisteredModel
from trackgate.errors import NotFound, TrackgateError
from trackgate.models.model_uris import ModelUri, is_model_id

if TYPE_CHECKING:
    from trackgate.client import TrackingClient

_SHOWN = 5


def explained(
    client: TrackingClient, uri: ModelUri, error: TrackgateError
) -> TrackgateError:
    """The error to raise for a URI that leads to nothing."""
    name = uri.name or ""
    try:
        model = client.get_registered_model(name)
    except NotFound:
        return NotFound(_no_such_name(client, uri, name))
    except TrackgateError:
        return error
    return NotFound(_no_such_version(model, uri))


def of_model_id(
    client: TrackingClient, uri: ModelUri, error: TrackgateError
) -> TrackgateError:
    """The error to raise where no logged model has the id that a URI names.

    A word without a version may have been meant as a registered model's name.
    """
    name = uri.model_id or ""
    if is_model_id(name):
        return error
    try:
        client.get_registered_model(name)
    except NotFound:
        return NotFound(_no_such_name(client, uri, name))
    except TrackgateError:
        return error
    return NotFound(
        f"{uri.text!r} names no version of the registered model {name!r}; write"
        f" 'models:/{name}/latest', or a number, a stage or @ALIAS after its name."
    )


def meant(word: str, known: Iterable[str]) -> str:
    """` Did you mean 'Production'?`, or nothing."""
    by_lower = {one.lower(): one for one in known}
    close = get_close_matches(word.lower(), by_lower, _SHOWN)
    close = close or [one for one in by_lower if one.startswith(word.lower())]
    if not close:
        return ""
    return f" Did you mean {_listed([by_lower[one] for one in close])}?"


def stages_there_are(versions: Sequence[ModelVersion]) -> str:
    """Which stages have versions; `versions` are the newest of each."""
    if not versions:
        return "It has no versions at all."
    stages = ", ".join(
        f"{one.current_stage} (version {one.version})"
        for one in sorted(versions, key=lambda one: -int(one.version))
    )
    return f"The newest versions in other stages: {stages}."


def _no_such_version(model: RegisteredModel, uri: ModelUri) -> str:
    if uri.alias is not None:
        if not model.aliases:
            return f"{model.name!r} has no alias {uri.alias!r}, nor any other."
        aliases = ", ".join(map(repr, sorted(model.aliases)))
        return f"{model.name!r} has no alias {uri.alias!r}; it has {aliases}."
    if not model.latest_versions:
        return f"The registered model {model.name!r} has no versions."
    newest = max(int(one.version) for one in model.latest_versions)
    return (
        f"{model.name!r} has no version {uri.version}; its newest version is {newest}."
    )


def _no_such_name(client: TrackingClient, uri: ModelUri, name: str) -> str:
    said = f"There is no registered model named {name!r}."
    names: list[str] = []
    with suppress(TrackgateError):
        names = _made_from(client, name)
    if names:
        uris = _listed([f"models:/{one}{uri.choice}" for one in names])
        return (
            f"{said} That is the name under which a model was logged; it was"
            f" registered as {_listed(names)}. Did you mean {uris}?"
        )
    with suppress(TrackgateError):
        page = client.search_registered_models(
            max_results=limits.REGISTERED_MODELS_PER_PAGE
        )
        return said + meant(name, [one.name for one in page])
    return said


def _made_from(client: TrackingClient, name: str) -> list[str]:
    """Registered models with versions of artifacts or logged models of that name."""
    if "'" in name:
        # A filter could hold it, but not every server's.
        return []
    found = client.search_model_versions(f"source_path LIKE '%/{name}'", _SHOWN * 20)
    # In a pattern '_' stands for any character.
    names = {one.name for one in found if one.source.endswith(f"/{name}")}
    names |= {pair[0] for one in _logged(client, name) for pair in one.registrations}
    return sorted(names)


def _logged(client: TrackingClient, name: str) -> list[LoggedModel]:
    experiments = client.search_experiments()
    ids = [one.experiment_id for one in experiments]
    return client.search_logged_models(ids, f"name = '{name}'") if ids else []


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(str(one)) for one in names[:_SHOWN])
    return f"{shown} or others" if len(names) > _SHOWN else shown
