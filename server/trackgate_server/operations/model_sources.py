"""What a version is made from: a text that a client gives, and what it stands for.

Nothing is opened there, now or later. Yet a client that fetches the version will go
where the text says, so what names a place on somebody's machine is refused, and what
names one in our own store must be the run's or the logged model's that is given with it
(MLflow 3.x, `server/handlers.py`, likewise).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from trackgate_wire import limits, rules
from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.model_versions import CreateModelVersion

from trackgate_server.operations import version_references
from trackgate_server.store import logged_models, runs
from trackgate_server.store.model_versions import NewVersion
from trackgate_server.store.registry_filters import PROMPT_TAG
from trackgate_server.store.transaction import Transaction

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(.*)", re.DOTALL)
# A single letter is a drive of Windows. What a browser opens is no model's place.
_REFUSED = frozenset({"file", "http", "https", "ftp", "sftp"})
_ODD = re.compile(r"[\x00-\x1f\x7f\\]")
_PIECES = re.compile(r"[/?#;]")
_BEHIND_PATH = re.compile(r"[?#;]")
# What clients name where a prompt has no files.
_NO_FILES = frozenset({"dummy-source", "prompt-template"})


@dataclass(frozen=True, slots=True)
class _Given:
    """A source in its parts, and what the request says of its origin."""

    source: str
    scheme: str
    rest: str
    run_id: str
    model_id: str


def made_from(
    db: Transaction, request: CreateModelVersion, tags: Mapping[str, str]
) -> NewVersion:
    """What a new version is made from, with the run that is known or found.

    Raises InvalidParameterValue for a source that is not allowed, NotFound for a
    logged model or version that does not exist.
    """
    rules.check_length("Source", request.source, limits.MODEL_SOURCE_LENGTH)
    rules.check_length("Run ID", request.run_id or "", limits.RUN_ID_LENGTH)
    if tags.get(PROMPT_TAG, "").lower() == "true":
        return _prompt(request)
    given = _in_parts(request)
    if given.scheme == "models":
        reference = version_references.parse(given.rest)
        if reference is not None:
            return _copy(db, request, given, reference)
        return _logged_model(db, request, given)
    _check_spelling(given)
    if given.model_id:
        return _of_logged_model(db, request, given)
    _check_origin_run(db, given)
    return _new(request, given.source, given.run_id)


def _prompt(request: CreateModelVersion) -> NewVersion:
    if request.source not in _NO_FILES:
        raise InvalidParameterValue(
            f"Invalid prompt source: {rules.shown(request.source)}. A prompt has no"
            f" files; its source is {' or '.join(sorted(_NO_FILES))}."
        )
    return _new(request, request.source, request.run_id or "")


def _in_parts(request: CreateModelVersion) -> _Given:
    found = _SCHEME.fullmatch(request.source)
    if found is None or len(found[1]) == 1 or found[1].lower() in _REFUSED:
        raise _refused(
            request.source,
            "a path on a machine or a page of the web is no place for a model. Log it"
            " to the server or name a remote store such as s3://bucket/path",
        )
    return _Given(
        source=request.source,
        scheme=found[1].lower(),
        rest=found[2],
        run_id=request.run_id or "",
        model_id=request.model_id or "",
    )


def _copy(
    db: Transaction,
    request: CreateModelVersion,
    given: _Given,
    reference: version_references.Reference,
) -> NewVersion:
    """A version made from another one, its run and logged model included."""
    row = version_references.resolve(db, reference)
    for what, said, known in (
        ("run_id", given.run_id, row.run_id),
        ("model_id", given.model_id, row.model_id),
    ):
        if said and said != known:
            raise _refused(given.source, f"{what} is {rules.shown(known)} there")
    return NewVersion(
        source=f"models:/{row.name}/{row.version}",
        location=row.location,
        run_id=row.run_id,
        run_link=request.run_link or "",
        model_id=row.model_id,
        description=request.description or "",
    )


def _logged_model(
    db: Transaction, request: CreateModelVersion, given: _Given
) -> NewVersion:
    if given.rest != f"/{given.model_id}":
        raise _unidentified(given.source, "model_id")
    model = logged_models.get_active(db, given.model_id)
    run_id = given.run_id or model.source_run
    return _new(request, model.artifact_uri, run_id)


def _of_logged_model(
    db: Transaction, request: CreateModelVersion, given: _Given
) -> NewVersion:
    model = logged_models.get_active(db, given.model_id)
    if given.scheme == "runs":
        raise _unidentified(given.source, "model_id")
    if given.scheme == SCHEME and not _is_within(given.rest, model.artifact_uri):
        raise _unidentified(given.source, "model_id")
    return _new(request, given.source, given.run_id or model.source_run)


def _check_origin_run(db: Transaction, given: _Given) -> None:
    if given.scheme == "runs":
        named = given.rest.removeprefix("/").partition("/")[0]
        if not named or named != given.run_id:
            raise _unidentified(given.source, "run_id")
    if given.scheme == SCHEME:
        found = runs.find_all(db, [given.run_id])
        if not found or not _is_within(given.rest, found[0].artifact_uri):
            raise _unidentified(given.source, "run_id")


def _check_spelling(given: _Given) -> None:
    """Refuse what leads elsewhere once somebody decodes or resolves it."""
    plain = given.source
    while (decoded := unquote_plus(plain)) != plain:
        plain = decoded
    if _ODD.search(plain):
        raise _refused(given.source, "control characters and backslashes are not taken")
    if any(piece in (".", "..") for piece in _PIECES.split(plain)):
        raise _refused(given.source, "it must not contain '.' and '..' as names")
    if not _path(given.rest).strip("/"):
        raise _refused(given.source, "it must name an absolute path")
    if given.scheme in (SCHEME, "runs") and given.rest.startswith("//"):
        raise _refused(given.source, "it must not name another host")


def _path(rest: str) -> str:
    """What stands behind the host, if there is one; "" for a relative path."""
    if not rest.startswith("/"):
        return ""
    path = rest[2:].partition("/")[2] if rest.startswith("//") else rest
    return _BEHIND_PATH.split(path, maxsplit=1)[0]


def _is_within(rest: str, root: str) -> bool:
    """Whether a path in our own store lies in a run's or model's folder."""
    scheme, _, folder = root.partition(":")
    inner, outer = _segments(rest), _segments(folder)
    return scheme == SCHEME and bool(outer) and inner[: len(outer)] == outer


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in path.split("/") if segment]


def _new(request: CreateModelVersion, location: str, run_id: str) -> NewVersion:
    return NewVersion(
        source=request.source,
        location=location,
        run_id=run_id,
        run_link=request.run_link or "",
        model_id=request.model_id or "",
        description=request.description or "",
    )


def _unidentified(source: str, parameter: str) -> InvalidParameterValue:
    return _refused(
        source,
        f"the parameter {parameter} must name the"
        f" {'run' if parameter == 'run_id' else 'logged model'} whose files these are",
    )


def _refused(source: str, reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Invalid model version source: {rules.shown(source)}: {reason}."
    )
