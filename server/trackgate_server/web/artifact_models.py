"""MLmodel files: what a model takes and gives, and how to load it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import yaml

# Reading YAML takes a second for a few hundred kilobytes.
MOST_BYTES = 256 * 1024
_MOST_FIELDS = 500
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PYFUNC = "python_function"
_FACTS = {
    "model_id": "Logged model",
    "run_id": "Run",
    "utc_time_created": "Made (UTC)",
    "mlflow_version": "MLflow",
}


class Field(NamedTuple):
    """A column, tensor or parameter of a signature; `need` says if it must be given."""

    name: str
    type: str
    need: str


class Fields(NamedTuple):
    """The inputs, outputs or parameters of a signature."""

    name: str
    fields: list[Field]
    left_out: int


class Snippet(NamedTuple):
    """Lines of a program that load a model."""

    name: str
    code: str


class ModelFile(NamedTuple):
    """What an MLmodel file says.

    facts      what is known of it, by name
    flavors    the ways to load it, with the version of their library
    signature  empty where it has none
    """

    facts: dict[str, str]
    flavors: dict[str, str]
    signature: list[Fields]


def read(text: str) -> ModelFile | None:
    """What an MLmodel file says; None for what is none."""
    try:
        # The safe loader makes nothing but plain values.
        found: object = yaml.load(text, Loader=_Loader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    said = _fields(found)
    flavors = _fields(said.get("flavors"))
    if not flavors:
        return None
    facts = {name: str(said[key]) for key, name in _FACTS.items() if said.get(key)}
    return ModelFile(
        facts,
        {str(name): _library(flavor) for name, flavor in flavors.items()},
        _signature(_fields(said.get("signature"))),
    )


def snippets(uri: str, model: ModelFile) -> list[Snippet]:
    """How to load the model at a URI, by our client and by MLflow's.

    None where it is not known, or where the flavor's name would be a program.
    """
    flavor = _PYFUNC if _PYFUNC in model.flavors else next(iter(model.flavors))
    if not flavor.isidentifier():
        return []
    module = "pyfunc" if flavor == _PYFUNC else flavor
    # What cannot be seen is written so that it can.
    text = json.dumps(uri, ensure_ascii=not uri.isprintable())
    load = f"model = mlflow.{module}.load_model({text})"
    run = "predictions = model.predict(data)\n" if flavor == _PYFUNC else ""
    return [
        Snippet("Trackgate", f"import trackgate as mlflow\n\n{load}\n{run}"),
        Snippet("MLflow", f"import mlflow\n\n{load}\n{run}"),
    ]


def _library(flavor: object) -> str:
    said = _fields(flavor)
    versions = [
        f"{name.removesuffix('_version').replace('_', ' ')} {value}"
        for name, value in said.items()
        if str(name).endswith("version") and isinstance(value, str | int | float)
    ]
    return ", ".join(versions)


def _signature(said: Mapping[str, Any]) -> list[Fields]:
    found: list[Fields] = []
    for part, name in (
        ("inputs", "Inputs"),
        ("outputs", "Outputs"),
        ("params", "Parameters"),
    ):
        specs = _specs(said.get(part))
        if specs:
            shown = [
                _field(spec, place) for place, spec in enumerate(specs[:_MOST_FIELDS])
            ]
            found.append(Fields(name, shown, len(specs) - len(shown)))
    return found


def _specs(text: object) -> list[Mapping[str, Any]]:
    """The entries of one part, which is JSON in a text of the YAML."""
    try:
        found: object = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    return [_fields(one) for one in cast("list[object]", found)]


def _field(spec: Mapping[str, Any], place: int) -> Field:
    name = spec.get("name")
    shown = str(place) if name is None else str(name)
    if "default" in spec:
        return Field(shown, _type(spec), f"default {json.dumps(spec['default'])}")
    return Field(shown, _type(spec), "" if spec.get("required", True) else "optional")


def _type(spec: Mapping[str, Any]) -> str:
    kind = str(spec.get("type", ""))
    if kind == "tensor":
        tensor = _fields(spec.get("tensor-spec"))
        return f"{tensor.get('dtype')} {tensor.get('shape')}"
    if kind == "array":
        return f"array of {_type(_fields(spec.get('items')))}"
    if kind == "map":
        return f"map of {_type(_fields(spec.get('values')))}"
    if kind == "object":
        names = ", ".join(map(str, _fields(spec.get("properties"))))
        return f"object ({names})"
    return kind


def _fields(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
