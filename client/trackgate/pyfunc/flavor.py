"""The flavor `python_function` itself: Python models as files, and back."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written
from trackgate.models.kinds import class_of
from trackgate.models.mlmodel import PYFUNC
from trackgate.pyfunc import pickles
from trackgate.pyfunc.artifact_files import copy_artifacts
from trackgate.pyfunc.python_model import (
    FunctionModel,
    PythonModel,
    PythonModelContext,
    PythonModelPredictor,
)

_MODEL_FILE = "python_model.pkl"


class PythonFunctionFlavor:
    """A class with `predict`, or a plain function.

    Options: artifacts (paths or URIs by name), model_config, signature (of functions).
    """

    name = PYFUNC
    loader_module = "mlflow.pyfunc.model"

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        pickles.dump(_as_model(model), folder / _MODEL_FILE)
        entries: dict[str, Any] = {
            "cloudpickle_version": version("cloudpickle"),
            "python_model": _MODEL_FILE,
            "streamable": _is_streamable(model),
        }
        if artifacts := options.get("artifacts"):
            entries["artifacts"] = copy_artifacts(artifacts, folder)
        if model_config := options.get("model_config"):
            entries["config"] = dict(model_config)
        return Written(
            config={}, data=None, pyfunc=entries, requirements=("cloudpickle",)
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> PythonModelPredictor:
        file = config.get("python_model")
        if not file:
            raise InvalidParameterValue(
                "The MLmodel file names no python_model: this kind of Python model, in"
                " the form of a script, is not read."
            )
        model = pickles.load(inside(folder, str(file)))
        noted: Mapping[str, Mapping[str, str]] = config.get("artifacts") or {}
        artifacts = {
            name: str(inside(folder, one["path"])) for name, one in noted.items()
        }
        context = PythonModelContext(artifacts, config.get("config") or None)
        model.load_context(context)
        return PythonModelPredictor(model, context)

    def predictor(self, model: Any, config: Mapping[str, Any]) -> PythonModelPredictor:
        if isinstance(model, PythonModelPredictor):
            return model
        # One that is being saved: its artifacts are where they were.
        context = PythonModelContext({}, config.get("config") or None)
        return PythonModelPredictor(_as_model(model), context)


FLAVOR = PythonFunctionFlavor()


def _as_model(model: Any) -> Any:
    if isinstance(model, type):
        raise InvalidParameterValue(
            f"{model.__name__} is a class; give an instance: {model.__name__}()."
        )
    # The stock client's own models have it too.
    if hasattr(model, "load_context") and hasattr(model, "predict"):
        return model
    function = getattr(model, "predict", model)
    if callable(function):
        return FunctionModel(function)
    raise InvalidParameterValue(
        "A Python model has a method `predict` or is a function;"
        f" {type(model).__name__} is neither."
    )


def _is_streamable(model: Any) -> bool:
    """Whether the model's class says how to predict one after the other."""
    own = getattr(class_of(model), "predict_stream", None)
    return own is not None and own is not PythonModel.predict_stream
