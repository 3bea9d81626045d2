"""The MLmodel file: what a model's folder holds, how to load it (MLflow's format)."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.models import libraries
from trackgate.models.kinds import is_dict
from trackgate.models.signature import ModelSignature

if TYPE_CHECKING:
    from trackgate.models.model_info import ModelInfo
    from trackgate.models.params import ParamSchema
    from trackgate.models.schema import Schema

MLMODEL_FILE_NAME = "MLmodel"
PYFUNC = "python_function"
# Our own entry; stock clients keep it and look no further.
OURS = "trackgate"


class Model:
    """What an MLmodel file says.

    artifact_path             where the model was logged: a path or a URI
    run_id, model_id          what it was logged in, and as; None where it was not
    utc_time_created          as text, such as "2026-05-01 12:00:00.000000"
    flavors                   the ways to load it, by name
    signature                 what it takes and gives; None where it is not known
    saved_input_example_info  the example's file and kind; None where there is none
    metadata                  the user's own
    mlflow_version            the stock client that wrote it; None where none did
    model_size_bytes          the size of its files; None where it is not known
    extra                     entries of later versions or other tools, kept as they are
    """

    def __init__(
        self,
        artifact_path: str | None = None,
        run_id: str | None = None,
        utc_time_created: str | None = None,
        flavors: dict[str, Any] | None = None,
        signature: ModelSignature | None = None,
        saved_input_example_info: dict[str, Any] | None = None,
        model_uuid: str | None = None,
        mlflow_version: str | None = None,
        metadata: dict[str, Any] | None = None,
        model_size_bytes: int | None = None,
        model_id: str | None = None,
        **extra: Any,
    ) -> None:
        self.artifact_path = artifact_path
        self.run_id = run_id
        self.utc_time_created = str(utc_time_created or _now())
        self.flavors = flavors if flavors is not None else {}
        self.signature = signature
        self.saved_input_example_info = saved_input_example_info
        self.model_uuid: str | None = model_uuid or uuid.uuid4().hex
        self.mlflow_version = mlflow_version
        self.metadata = metadata
        self.model_size_bytes = model_size_bytes
        self.model_id = model_id
        self.extra = extra

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.model_uuid)

    def __str__(self) -> str:
        return self.to_yaml()

    def add_flavor(self, name: str, **config: Any) -> Model:
        """Add a way to load it, and return the model."""
        self.flavors[name] = config
        return self

    def flavor(self, name: str) -> Mapping[str, Any]:
        """What the file says of a flavor.

        Raises NotFound where it has it not, InvalidParameterValue for no dictionary.
        """
        if name not in self.flavors:
            had = ", ".join(sorted(self.flavors)) or "none"
            raise NotFound(f"The model has no flavor {name!r}; it has {had}.")
        section = self.flavors[name]
        if not is_dict(section):
            raise InvalidParameterValue(f"The flavor {name!r} is no dictionary.")
        return section

    def get_input_schema(self) -> Schema | None:
        """What it takes; None where it is not known."""
        return self.signature.inputs if self.signature else None

    def get_output_schema(self) -> Schema | None:
        """What it gives; None where it is not known."""
        return self.signature.outputs if self.signature else None

    def get_params_schema(self) -> ParamSchema | None:
        """Its parameters; None where it has none."""
        return self.signature.params if self.signature else None

    def load_input_example(self, path: str | os.PathLike[str]) -> Any:
        """The input example in the model's folder; None where there is none."""
        return _examples().read(self, Path(path))

    def load_input_example_params(self, path: str | os.PathLike[str]) -> Any:
        """The example's parameters; None where it has none."""
        return _examples().read_params(self, Path(path))

    def get_serving_input(self, path: str | os.PathLike[str]) -> str | None:
        """The example as the body of a request to the model's server."""
        found: str | None = _examples().read_serving(self, Path(path))
        return found

    def get_model_info(self) -> ModelInfo:
        """The same as the calls that log a model give back."""
        from trackgate.models.model_info import ModelInfo  # noqa: PLC0415  (a circle)

        return ModelInfo.of(self)

    def to_dict(self) -> dict[str, Any]:
        """The file's entries, without those that are not known."""
        known = {name: getattr(self, name) for name in _ENTRIES}
        if self.signature is not None:
            known["signature"] = self.signature.to_dict()
        given = {**self.extra, **known}
        return {name: value for name, value in given.items() if value is not None}

    def to_yaml(self) -> str:
        """The file's text."""
        text: str = libraries.load("yaml").safe_dump(self.to_dict())
        return text

    def to_json(self) -> str:
        """The same entries as JSON, as `runs/log-model` takes them."""
        return json.dumps(self.to_dict())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file."""
        Path(path).write_text(self.to_yaml(), encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read the file, by itself or in a model's folder or at a model's URI.

        Raises NotFound, and InvalidParameterValue where it is not an MLmodel file.
        """
        file = _local(str(path))
        yaml = libraries.load("yaml")
        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise InvalidParameterValue(f"{file} is not YAML: {error}") from None
        if not isinstance(found, dict):
            raise InvalidParameterValue(f"{file} is not an MLmodel file.")
        return cls.from_dict(cast(dict[str, Any], found))

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Model:
        """The model that `to_dict` describes; what it does not know is kept.

        Raises InvalidParameterValue where that is no model.
        """
        entries = deepcopy(dict(given))
        signature = entries.pop("signature", None)
        known = {name: entries.pop(name, None) for name in _ENTRIES}
        _check(known["flavors"], signature)
        model = cls(**known)
        model.signature = ModelSignature.from_dict(signature) if signature else None
        # Only a new model gets one of its own.
        model.model_uuid = known["model_uuid"]
        model.extra = entries
        return model


_ENTRIES = (
    "artifact_path",
    "run_id",
    "utc_time_created",
    "flavors",
    "saved_input_example_info",
    "model_uuid",
    "mlflow_version",
    "metadata",
    "model_size_bytes",
    "model_id",
)


def get_model_info(model_uri: str) -> ModelInfo:
    """What is known of the model at a URI or in a folder."""
    return Model.load(model_uri).get_model_info()


def _check(flavors: object, signature: object) -> None:
    if flavors is not None and not is_dict(flavors):
        raise InvalidParameterValue("The flavors of an MLmodel file are a dictionary.")
    if signature is not None and not is_dict(signature):
        raise InvalidParameterValue("The signature of an MLmodel file is a dictionary.")


def _now() -> str:
    # MLflow writes UTC without saying so.
    return str(datetime.now(UTC).replace(tzinfo=None))


def _examples() -> Any:
    # Needs NumPy and pandas.
    from trackgate.models import input_example  # noqa: PLC0415

    return input_example


def _local(path: str) -> Path:
    place = Path(path)
    if place.is_file():
        return place
    if not place.is_dir() and ":/" in path:
        # A URI: only the client needs to reach for it.
        from trackgate.models.fetching import fetch  # noqa: PLC0415

        place = Path(fetch(path))
    file = place / MLMODEL_FILE_NAME if place.is_dir() else place
    if not file.is_file():
        raise NotFound(f"There is no {MLMODEL_FILE_NAME} file at {path!r}.")
    return file
