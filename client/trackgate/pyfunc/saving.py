"""Saving and logging Python models, under MLflow's names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models import logging, saving
from trackgate.models.flavor import Flavor
from trackgate.models.mlmodel import PYFUNC, Model
from trackgate.models.model_info import ModelInfo
from trackgate.models.packaging import Packaging
from trackgate.pyfunc.flavor import FLAVOR
from trackgate.pyfunc.loader_modules import LoaderModuleFlavor
from trackgate.pyfunc.loading import read_config

FLAVOR_NAME = PYFUNC
_SHARED = tuple(Packaging.__dataclass_fields__)
_OF_LOGGING = (
    "await_registration_for",
    "model_id",
    "model_type",
    "params",
    "registered_model_name",
    "run_id",
    "step",
    "tags",
)


def save_model(
    path: str | os.PathLike[str],
    loader_module: str | None = None,
    data_path: str | os.PathLike[str] | None = None,
    *,
    python_model: Any = None,
    artifacts: Mapping[str, str] | None = None,
    model_config: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    **choices: Any,
) -> Model:
    """Save a Python model into a folder, and return what its MLmodel file says.

    python_model   an instance with `predict`, or a function
    loader_module  in place of it, a module whose `_load_pyfunc(path)` loads data_path
    artifacts      paths or URIs of files that `load_context` finds, by name
    model_config   settings that the model finds in its context
    choices        those of `Packaging`: signature, input_example, pip_requirements, …

    Raises InvalidParameterValue.
    """
    flavor = _flavor(python_model, loader_module)
    options = _options(data_path, artifacts, model_config)
    packaging = Packaging(**_taken(choices, _SHARED))
    return saving.save(flavor, python_model, path, packaging, options)


def log_model(
    artifact_path: str | None = None,
    loader_module: str | None = None,
    data_path: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    python_model: Any = None,
    artifacts: Mapping[str, str] | None = None,
    model_config: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    **choices: Any,
) -> ModelInfo:
    """Log a Python model; see `save_model` for what it is made of.

    name           of the logged model; `artifact_path` is MLflow's older word
    choices        those of `Packaging`, and those of logging: registered_model_name,
                   params, tags, model_type, step, model_id, run_id

    Raises InvalidParameterValue.
    """
    shared = {key: choices.pop(key) for key in _SHARED if key in choices}
    return logging.log(
        _flavor(python_model, loader_module),
        python_model,
        name=name,
        artifact_path=artifact_path,
        packaging=Packaging(**shared),
        options=_options(data_path, artifacts, model_config),
        **_taken(choices, _OF_LOGGING),
    )


def _flavor(python_model: Any, loader_module: str | None) -> Flavor:
    if (python_model is None) == (loader_module is None):
        raise InvalidParameterValue("Give either `python_model` or `loader_module`.")
    if isinstance(python_model, str | os.PathLike):
        raise InvalidParameterValue(
            "A model in the form of a script cannot be saved here; give an instance"
            " with `predict`, or a function."
        )
    return FLAVOR if loader_module is None else LoaderModuleFlavor(loader_module)


def _options(data_path: Any, artifacts: Any, model_config: Any) -> dict[str, Any]:
    return {
        "data_path": data_path,
        "artifacts": artifacts,
        "model_config": read_config(model_config),
    }


def _taken(choices: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    unknown = [name for name in choices if name not in known]
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")
    return dict(choices)
