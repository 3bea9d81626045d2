"""scikit-learn's models as files, and back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.flavors.extra_files import copy_extra_files
from trackgate.flavors.libraries import library
from trackgate.flavors.serialization import PICKLE, Serialization
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written

_logger = logging.getLogger("trackgate")
# What MLflow < 1.10 wrote says nothing of its file.
_OLD_FILE = "model.pkl"
_ESTIMATORS_HAVE = ("fit", "predict", "transform")


class SklearnPredictor:
    """A model of scikit-learn's kind as `python_function` sees it.

    function  the model's method that predicts; predict_proba and others too
    """

    def __init__(self, model: Any, function: str = "predict") -> None:
        self._function = getattr(model, function)

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """What the method returns for `data`; it takes no params."""
        del params
        return self._function(data)


class SklearnFlavor:
    """The flavor `sklearn`.

    Options: serialization_format, skops_trusted_types, pyfunc_predict_fn, extra_files.
    """

    name = "sklearn"
    loader_module = "mlflow.sklearn"

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        _check_is_estimator(model)
        serialization = Serialization.chosen(options)
        function = options.get("pyfunc_predict_fn") or "predict"
        serialization.dump(model, folder / serialization.file_name)
        if not hasattr(model, function):
            _logger.warning(
                "The %s has no %s(), so python_function will not load it.",
                type(model).__name__,
                function,
            )
        return Written(
            config={
                "pickled_model": serialization.file_name,
                "sklearn_version": library("sklearn", "scikit-learn").__version__,
                **serialization.config(),
                **copy_extra_files(options, folder),
            },
            data=None,
            pyfunc={"model_path": serialization.file_name, "predict_fn": function}
            if hasattr(model, function)
            else None,
            requirements=("scikit-learn", *serialization.requirements),
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> Any:
        serialization = Serialization.noted(config, default=PICKLE)
        library("sklearn", "scikit-learn")
        file = inside(folder, config.get("pickled_model") or _OLD_FILE)
        return serialization.load(file)

    def predictor(self, model: Any, config: Mapping[str, Any]) -> SklearnPredictor:
        return SklearnPredictor(model, config.get("predict_fn") or "predict")


def _check_is_estimator(model: Any) -> None:
    if isinstance(model, type) or not any(
        hasattr(model, method) for method in _ESTIMATORS_HAVE
    ):
        raise InvalidParameterValue(
            f"A model of scikit-learn has a method {', '.join(_ESTIMATORS_HAVE[:-1])}"
            f" or {_ESTIMATORS_HAVE[-1]}; {_described(model)} has none."
        )


def _described(model: Any) -> str:
    if isinstance(model, type):
        return f"the class {model.__name__}, which is no model yet,"
    return f"this {type(model).__name__}"
