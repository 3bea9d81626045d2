"""Where a model is: from any URI of one to its place in the store or on this disk."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from trackgate import artifact_names
from trackgate.client import TrackingClient
from trackgate.entities import LoggedModel
from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.fluent import session
from trackgate.models import hints, lookup, model_uris, run_models
from trackgate.models.model_uris import ModelUri

Kind = Literal["version", "logged-model", "run", "store", "local"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
# A version may be a copy of a copy; nobody copies in a circle for long.
_LONGEST_CHAIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """What a URI of a model means now.

    uri           as it was given
    kind          what it names: a version of a registered model, a logged model, an
                  artifact of a run, a path of the store, or a local path
    artifact_uri  where the files are; None for a local path
    local_path    where they are on this machine; None for all other kinds
    name, version  of the registered model
    model_id      of the logged model; also of the one that a version was made from
    run_id        of the run that made it, where that is known
    is_part       the URI names a file or folder in the model, and not all of it
    """

    uri: str
    kind: Kind
    artifact_uri: str | None = None
    local_path: Path | None = None
    name: str | None = None
    version: str | None = None
    model_id: str | None = None
    run_id: str | None = None
    is_part: bool = False


def resolve(uri: str, client: TrackingClient | None = None) -> Location:
    """Where the model is that a URI names: `models:/NAME/VERSION|STAGE|latest`,
    `models:/NAME@ALIAS`, `models:/MODEL_ID`, `runs:/RUN/PATH`,
    `mlflow-artifacts:/PATH`, `file:…` or a local path.

    client  asked where the URI does not say it all; else the one in use

    Raises NotFound, with a hint at what may have been meant, and
    InvalidParameterValue for a text that is no such URI.
    """
    if model_uris.is_model_uri(uri):
        return _of_model(client or session.client(), model_uris.parse(uri))
    in_run = artifact_names.run_in(uri)
    if in_run is not None:
        return _in_run(client or session.client(), uri, *in_run)
    if uri.startswith("file:") or not _SCHEME.match(uri):
        return Location(uri=uri, kind="local", local_path=_local_path(uri))
    return Location(uri=uri, kind="store", artifact_uri=uri)


def _of_model(client: TrackingClient, uri: ModelUri) -> Location:
    at = _named(client, uri)
    for _ in range(_LONGEST_CHAIN):
        source = at.artifact_uri or ""
        if not (source.startswith("runs:") or model_uris.is_model_uri(source)):
            break
        there = _behind(client, source)
        model_id = at.model_id or there.model_id
        at = replace(at, artifact_uri=there.artifact_uri, model_id=model_id)
    _check_elsewhere(at)
    return at


def _named(client: TrackingClient, uri: ModelUri) -> Location:
    """What a URI names; a version may be where another model or run is."""
    if uri.model_id is not None:
        return _at_model(uri.text, _logged_model(client, uri, uri.model_id), uri.path)
    found = lookup.find_version(client, uri)
    at = Location(
        uri=uri.text,
        kind="version",
        artifact_uri=client.get_model_version_download_uri(found.name, found.version),
        name=found.name,
        version=found.version,
        model_id=found.model_id,
        run_id=found.run_id,
    )
    return _inside(at, uri.path)


def _behind(client: TrackingClient, source: str) -> Location:
    in_run = artifact_names.run_in(source)
    if in_run is not None:
        return _in_run(client, source, *in_run)
    return _named(client, model_uris.parse(source))


def _check_elsewhere(at: Location) -> None:
    """What whoever registered a version wrote must not name a place on this machine."""
    source = at.artifact_uri or ""
    if source.startswith("file:") or not _SCHEME.match(source):
        raise InvalidParameterValue(
            f"Version {at.version} of {at.name!r} says that its files are at"
            f" {source!r}, on the machine it was registered from. Such places are not"
            " opened; if it is this machine, load the model by its path."
        )
    if source.startswith("runs:") or model_uris.is_model_uri(source):
        raise InvalidParameterValue(
            f"{at.uri!r} leads from model to model without end, now to {source!r}."
        )


def _logged_model(client: TrackingClient, uri: ModelUri, model_id: str) -> LoggedModel:
    try:
        return client.get_logged_model(model_id)
    except (NotFound, InvalidParameterValue) as error:
        raise hints.of_model_id(client, uri, error) from None


def _in_run(client: TrackingClient, uri: str, run_id: str, path: str) -> Location:
    run = client.get_run(run_id)
    root = run.info.artifact_uri
    there = Location(
        uri=uri, kind="run", artifact_uri=_below(root, path), run_id=run_id
    )
    if not path or run_models.has_artifact(client, run_id, path):
        return there
    # The newer clients keep models beside their runs.
    name, _, rest = path.partition("/")
    model = run_models.find(client, run, name)
    if model is None:
        raise run_models.nothing_at(client, run, path)
    return _at_model(uri, model, rest)


def _at_model(uri: str, model: LoggedModel, path: str) -> Location:
    at = Location(
        uri=uri,
        kind="logged-model",
        artifact_uri=model.artifact_location,
        model_id=model.model_id,
        run_id=model.source_run_id,
    )
    return _inside(at, path)


def _inside(at: Location, path: str) -> Location:
    if not path:
        return at
    return replace(at, artifact_uri=_below(at.artifact_uri or "", path), is_part=True)


def _below(root: str, path: str) -> str:
    return f"{root.rstrip('/')}/{path}" if path else root


def _local_path(uri: str) -> Path:
    if not uri.startswith("file:"):
        return Path(uri).expanduser().absolute()
    parts = urlsplit(uri)
    if parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise InvalidParameterValue(
            f"{uri!r} is not a file of this machine; such a URI is 'file:///PATH', with"
            " '?' and '#' percent-encoded."
        )
    return Path(unquote(parts.path)).absolute()
