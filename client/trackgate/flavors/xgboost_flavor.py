"""XGBoost's models as files, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.flavors.boosters import accepted, check_is_one, class_name, class_named
from trackgate.flavors.extra_files import copy_extra_files
from trackgate.flavors.libraries import distribution_of, library
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written

_BOOSTER = "xgboost.core.Booster"
# "xgb" is what releases before 3 wrote; the library reads all three.
_FORMATS = ("ubj", "json", "xgb")


class XgboostPredictor:
    """A Booster or a model of the scikit-learn interface, asked alike."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predictions for a table whose columns are those of the training.

        params  what the model's predict() takes besides
        """
        xgboost = library("xgboost")
        given = accepted(self._model.predict, params)
        if isinstance(self._model, xgboost.Booster):
            data = xgboost.DMatrix(data)
        return self._model.predict(data, **{"validate_features": True, **given})


class XgboostFlavor:
    """The flavor `xgboost`.

    Options: model_format ("ubj", "json", "xgb"), save_options (of the model's
    save_model), extra_files.
    """

    name = "xgboost"
    loader_module = "mlflow.xgboost"

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        check_is_one(model, _kinds(), "XGBoost")
        model_format = options.get("model_format") or _FORMATS[0]
        if model_format not in _FORMATS:
            raise InvalidParameterValue(
                f"The model format {model_format!r} is not one of"
                f" {', '.join(_FORMATS)}."
            )
        file = f"model.{model_format}"
        model.save_model(str(folder / file), **options.get("save_options") or {})
        return Written(
            config={
                "xgb_version": library("xgboost").__version__,
                "data": file,
                "model_class": class_name(model),
                "model_format": model_format,
                **copy_extra_files(options, folder),
            },
            data=file,
            requirements=(distribution_of("xgboost"),),
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> Any:
        kind = class_named(config.get("model_class") or _BOOSTER, _kinds())
        model: Any = kind()
        model.load_model(str(inside(folder, config["data"])))
        return model

    def predictor(self, model: Any, config: Mapping[str, Any]) -> XgboostPredictor:
        del config
        return XgboostPredictor(model)


def _kinds() -> tuple[type, ...]:
    xgboost = library("xgboost")
    return xgboost.Booster, xgboost.XGBModel
