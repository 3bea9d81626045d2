"""A file made ready to be looked at, in a way that its kind asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trackgate_wire.errors import InvalidParameterValue, NotFound

from trackgate_server.blobs.store import OpenBlob
from trackgate_server.operations.artifact_holders import Holder
from trackgate_server.operations.artifact_registering import MODEL_FILE
from trackgate_server.operations.scope import Scope
from trackgate_server.web import (
    artifact_images,
    artifact_models,
    artifact_steps,
    artifact_tables,
    artifact_texts,
    parquet_tables,
)
from trackgate_server.web.artifact_kinds import Kind, extension_of, kind_of
from trackgate_server.web.artifact_tables import Table
from trackgate_server.web.artifact_texts import Text
from trackgate_server.web.artifact_tree import joined, parent_of
from trackgate_server.web.markdown import LONGEST, markdown


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looks at a file.

    path      below the holder's files
    blob      the open file; whoever made this closes it
    siblings  tells the names in the file's folder
    """

    holder: Holder
    path: str
    blob: OpenBlob
    siblings: Callable[[], list[str]]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What people read for the name."""
        return artifact_images.label_of(self.name)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a viewer prints.

    kind  which viewer it is: the template `artifact_<kind>.html`
    note  what of the file is not shown, or why it is shown so
    """

    kind: Kind
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    note: str = ""


def shown(look: Look, as_text: bool) -> Shown:
    """What to show of a file; `as_text` for its source."""
    kind = Kind.TEXT if as_text else kind_of(look.name)
    make = _MAKERS.get(kind)
    return Shown(kind) if make is None else make(look)


def model_in(scope: Scope, holder: Holder, folder: str) -> Shown | None:
    """What the MLmodel file of a folder says; None where there is none to read."""
    path = joined(folder, MODEL_FILE)
    try:
        blob = scope.services.blobs.open(holder.below(path).place)
    except (InvalidParameterValue, NotFound):
        return None
    with blob.file:
        found = _model(Look(holder, path, blob, list))
    return found if found.kind is Kind.MODEL else None


def text(look: Look, note: str = "") -> Shown:
    """The file's beginning as text; as unknown where it is none."""
    return _as_text(look, *artifact_texts.start_of(look.blob), note)


def _as_text(look: Look, start: bytes, is_whole: bool, note: str = "") -> Shown:
    if not artifact_texts.is_text(start):
        return Shown(Kind.UNKNOWN, note=note)
    found = artifact_texts.decoded(start, is_whole)
    return Shown(Kind.TEXT, {"text": found}, _notes(note, found))


def _notes(note: str, found: Text) -> str:
    """What is to be said of a text, in sentences."""
    beginning = "" if found.is_whole else _BEGINNING
    turning = _TURNING if artifact_texts.turns(found.text) else ""
    return " ".join(one for one in (note, beginning, turning) if one)


def _json(look: Look) -> Shown:
    start, is_whole = artifact_texts.start_of(look.blob)
    if not is_whole:
        return _as_text(look, start, is_whole, "It is too long to be formatted.")
    found = artifact_texts.decoded(start, is_whole)
    table = artifact_tables.logged_table(found.text)
    if table is not None:
        return _table(table)
    laid_out = artifact_texts.formatted(found.text)
    if laid_out is None:
        return _as_text(look, start, is_whole, "It is not JSON.")
    return Shown(Kind.TEXT, {"text": laid_out}, _notes("", laid_out))


def _separated(look: Look) -> Shown:
    start, is_whole = artifact_texts.start_of(look.blob, artifact_tables.MOST_BYTES)
    if artifact_texts.is_text(start):
        found = artifact_texts.decoded(start, is_whole)
        tabs = extension_of(look.name) == "tsv"
        separator = "\t" if tabs else artifact_tables.separator_of(found.text)
        table = artifact_tables.separated(found.text, found.is_whole, separator)
        if table is not None:
            return _table(table)
    start = start[: artifact_texts.MOST_BYTES]
    is_whole = is_whole and len(start) == look.blob.size_bytes
    return _as_text(look, start, is_whole, "It cannot be read as a table.")


def _parquet(look: Look) -> Shown:
    try:
        return _table(parquet_tables.first_rows(look.blob))
    except parquet_tables.Unreadable as error:
        return Shown(Kind.UNKNOWN, note=str(error))


def _table(table: Table) -> Shown:
    return Shown(Kind.TABLE, {"table": table}, table.note)


def _markdown(look: Look) -> Shown:
    start, is_whole = artifact_texts.start_of(look.blob)
    found = artifact_texts.decoded(start, is_whole)
    if not is_whole or len(found.text) > LONGEST or not artifact_texts.is_text(start):
        return _as_text(look, start, is_whole, "It is too long to be laid out.")
    return Shown(Kind.MARKDOWN, {"html": markdown(found.text)})


def _image(look: Look) -> Shown:
    series = slider = None
    if artifact_images.stamp_of(look.name):
        series = artifact_images.series_of(look.name, look.siblings())
    if series:
        slider = artifact_steps.at_image(series, look.name)
    given = {"series": series, "slider": slider, "folder": parent_of(look.path)}
    return Shown(Kind.IMAGE, given)


def _model(look: Look) -> Shown:
    start, is_whole = artifact_texts.start_of(look.blob, artifact_models.MOST_BYTES)
    found = artifact_texts.decoded(start, is_whole)
    model = artifact_models.read(found.text) if is_whole else None
    if model is None:
        return _as_text(look, start, is_whole, "It does not describe a model.")
    uri = look.holder.uri_of(parent_of(look.path))
    return Shown(
        Kind.MODEL, {"model": model, "snippets": artifact_models.snippets(uri, model)}
    )


_BEGINNING = "This is the beginning; download the file for all of it."
_TURNING = "It has signs that change the order in which text is shown."
_MAKERS: dict[Kind, Callable[[Look], Shown]] = {
    Kind.TEXT: text,
    Kind.JSON: _json,
    Kind.TABLE: _separated,
    Kind.PARQUET: _parquet,
    Kind.MARKDOWN: _markdown,
    Kind.IMAGE: _image,
    Kind.MODEL: _model,
    Kind.UNKNOWN: text,
}
