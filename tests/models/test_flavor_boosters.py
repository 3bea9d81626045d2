"""Models of XGBoost and LightGBM."""

from __future__ import annotations

from pathlib import Path

import lightgbm
import numpy as np
import pytest
import trackgate
import xgboost
from trackgate import pyfunc

from tests.models.flavor_folders import DATA, LABELS, Save


@pytest.mark.parametrize("model_format", ["ubj", "json"])
def test_xgboosts_formats_hold_models_of_both_interfaces(
    save: Save, model_format: str
) -> None:
    model = xgboost.XGBClassifier(n_estimators=2, n_jobs=1).fit(DATA, LABELS)

    folder = save("xgboost", model, model_format=model_format)

    assert (folder / f"model.{model_format}").exists()
    again = trackgate.xgboost.load_model(str(folder))
    assert isinstance(again, xgboost.XGBClassifier)
    assert again.predict(DATA).tolist() == model.predict(DATA).tolist()


def test_what_is_installed_is_what_a_model_requires(tmp_path: Path) -> None:
    model = xgboost.XGBClassifier(n_estimators=1, n_jobs=1).fit(DATA, LABELS)

    trackgate.xgboost.save_model(model, tmp_path / "model")

    # The variant without graphics cards stands in for its namesake in these tests.
    wanted = (tmp_path / "model" / "requirements.txt").read_text().split()
    assert f"xgboost-cpu=={xgboost.__version__}" in wanted


def test_a_booster_takes_the_params_it_knows(save: Save) -> None:
    params = {"nthread": 1, "objective": "binary:logistic"}
    model = xgboost.train(params, xgboost.DMatrix(DATA, LABELS), 2)

    loaded = pyfunc.load_model(str(save("xgboost", model)))
    predictor = trackgate.xgboost.FLAVOR.predictor(model, {})

    margins = predictor.predict(DATA, {"output_margin": True, "unknown": 1})
    assert not np.allclose(margins, loaded.predict(DATA))


def test_a_booster_of_lightgbm_is_saved_as_text(save: Save) -> None:
    params = {"num_threads": 1, "verbose": -1, "min_data_in_leaf": 2}
    model = lightgbm.train(params, lightgbm.Dataset(DATA, LABELS), 2)

    folder = save("lightgbm", model)

    assert (folder / "model.lgb").read_text().startswith("tree\n")
    loaded = pyfunc.load_model(str(folder))
    np.testing.assert_array_equal(loaded.predict(DATA), model.predict(DATA))
