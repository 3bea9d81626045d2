"""LightGBM's models as files, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trackgate.flavors.boosters import check_is_one, class_name
from trackgate.flavors.extra_files import copy_extra_files
from trackgate.flavors.libraries import distribution_of, library
from trackgate.flavors.serialization import CLOUDPICKLE, Serialization
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written

_BOOSTER = "lightgbm.basic.Booster"
_BOOSTER_FILE = "model.lgb"
# What a model of the scikit-learn interface is made of.
_TRUSTED = (
    "collections.OrderedDict",
    _BOOSTER,
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
)


class LightgbmPredictor:
    """A Booster or a model of the scikit-learn interface, asked alike."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predictions for a table; it takes no params."""
        del params
        return self._model.predict(data)


class LightgbmFlavor:
    """The flavor `lightgbm`: Boosters as text, other models as scikit-learn's.

    Options: serialization_format and skops_trusted_types, for models of the
    scikit-learn interface; extra_files.
    """

    name = "lightgbm"
    loader_module = "mlflow.lightgbm"

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        check_is_one(model, _kinds(), "LightGBM")
        serialization = Serialization.chosen(options, _TRUSTED)
        is_booster = isinstance(model, _kinds()[0])
        file = _BOOSTER_FILE if is_booster else serialization.file_name
        if is_booster:
            model.save_model(str(folder / file))
        else:
            serialization.dump(model, folder / file)
        return Written(
            config={
                "lgb_version": library("lightgbm").__version__,
                "data": file,
                "model_class": class_name(model),
                **serialization.config(),
                **copy_extra_files(options, folder),
            },
            data=file,
            requirements=(
                distribution_of("lightgbm"),
                *(() if is_booster else serialization.requirements),
            ),
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> Any:
        lightgbm = library("lightgbm")
        file = inside(folder, config["data"])
        if (config.get("model_class") or _BOOSTER) == _BOOSTER:
            return lightgbm.Booster(model_file=str(file))
        return Serialization.noted(config, default=CLOUDPICKLE).load(file)

    def predictor(self, model: Any, config: Mapping[str, Any]) -> LightgbmPredictor:
        del config
        return LightgbmPredictor(model)


def _kinds() -> tuple[type, ...]:
    lightgbm = library("lightgbm")
    return lightgbm.Booster, lightgbm.LGBMModel
