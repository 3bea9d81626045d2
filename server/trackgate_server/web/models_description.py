"""What a version's own files say of it: its MLmodel file, an example of its input."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from trackgate_wire.errors import TrackgateError

from trackgate_server.operations import version_facts
from trackgate_server.operations.artifact_registering import MODEL_FILE
from trackgate_server.operations.scope import Scope
from trackgate_server.web import artifact_models
from trackgate_server.web.artifact_models import Field, ModelFile

_EXAMPLE = "serving_input_example.json"
# A larger one is none to fill a form with.
_MOST_EXAMPLE_BYTES = 16 * 1024
_INPUTS = "Inputs"
_VALUES: dict[str, Any] = {
    **dict.fromkeys(("double", "float"), 0.0),
    **dict.fromkeys(("long", "integer"), 0),
    "boolean": False,
    "datetime": "2026-01-01T00:00:00",
}


class Described(NamedTuple):
    """What the MLmodel file says; where there is none to read, why."""

    file: ModelFile | None
    missing: str = ""


def described(scope: Scope, name: str, number: str) -> Described:
    """A version's MLmodel file, read within bounds. Opens its own transaction."""
    most = artifact_models.MOST_BYTES
    try:
        text = version_facts.text_of(scope, name, number, MODEL_FILE, most)
    except TrackgateError as error:
        return Described(None, error.message)
    file = artifact_models.read(text)
    return Described(file, "" if file else "The file MLmodel cannot be read.")


def example_input(scope: Scope, name: str, number: str) -> str:
    """JSON to try a version with: its own example, or one made up by its signature."""
    try:
        return version_facts.text_of(scope, name, number, _EXAMPLE, _MOST_EXAMPLE_BYTES)
    except TrackgateError:
        file = described(scope, name, number).file
    parts = {part.name: part.fields for part in file.signature} if file else {}
    return json.dumps(_made_up(parts.get(_INPUTS, [])), ensure_ascii=False, indent=2)


def _made_up(fields: list[Field]) -> dict[str, Any]:
    """A row of the columns that must be given; of numbers where none are known."""
    named = [one for one in fields if not one.name.isdecimal()]
    if not named:
        return {"inputs": [[_value(one) for one in fields] or [1.0, 2.0]]}
    given = {one.name: _value(one) for one in named if not one.need}
    return {"dataframe_records": [given]}


def _value(field: Field) -> Any:
    return _VALUES.get(field.type, "")
