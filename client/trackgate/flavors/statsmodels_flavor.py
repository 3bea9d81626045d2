"""The results of statsmodels as files, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.flavors.extra_files import copy_extra_files
from trackgate.flavors.libraries import library
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written
from trackgate.models.permission import require_for_code

_FILE = "model.statsmodels"


class StatsmodelsPredictor:
    """Results of statsmodels as `python_function` sees them."""

    def __init__(self, results: Any) -> None:
        self._results = results

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predictions for a table of explanatory variables; it takes no params.

        A model of a time series is asked for a period instead: one row whose columns
        "start" and "end" are its two ends. Raises InvalidParameterValue for others.
        """
        del params
        series = library("statsmodels.tsa.base.tsa_model").TimeSeriesModel
        if not isinstance(self._results.model, series):
            return self._results.predict(data)
        if len(data) != 1 or not {"start", "end"} <= set(data.columns):
            raise InvalidParameterValue(
                "A model of a time series takes one row with the columns `start` and"
                f" `end`; {len(data)} rows came, with the columns"
                f" {', '.join(map(str, data.columns))}."
            )
        start, end = (data[column].iloc[0] for column in ("start", "end"))
        return self._results.predict(start=start, end=end)


class StatsmodelsFlavor:
    """The flavor `statsmodels`. Options: remove_data, extra_files."""

    name = "statsmodels"
    loader_module = "mlflow.statsmodels"

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        _check_are_results(model)
        model.save(str(folder / _FILE), bool(options.get("remove_data")))
        return Written(
            config={
                "statsmodels_version": library("statsmodels").__version__,
                "data": _FILE,
                **copy_extra_files(options, folder),
            },
            data=_FILE,
            requirements=("statsmodels",),
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> Any:
        require_for_code("a pickle of statsmodels")
        pickles = library("statsmodels.iolib.smpickle")
        return pickles.load_pickle(str(inside(folder, config.get("data") or _FILE)))

    def predictor(self, model: Any, config: Mapping[str, Any]) -> StatsmodelsPredictor:
        del config
        return StatsmodelsPredictor(model)


def _check_are_results(model: Any) -> None:
    # There are several families of results without a class above them all.
    is_theirs = any(
        kind.__module__.partition(".")[0] == "statsmodels"
        for kind in type(model).__mro__
    )
    if not is_theirs or not hasattr(model, "save"):
        raise InvalidParameterValue(
            "A model of statsmodels is what its fit() returned, not a"
            f" {type(model).__name__}."
        )
