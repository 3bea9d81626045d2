"""What a model may name, load and be taken for, whatever its flavor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import copyfile

import pytest
import trackgate
import xgboost
from sklearn.preprocessing import StandardScaler
from trackgate import TrackgateError

from tests.models.flavor_folders import DATA, LABELS, Save, change

FLAVORS = ("sklearn", "xgboost", "lightgbm", "pytorch", "onnx", "statsmodels")


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_flavor_refuses_what_is_no_model_of_its_own(flavor: str, save: Save) -> None:
    with pytest.raises(TrackgateError, match=r"model of .*(object|dict)"):
        save(flavor, {"not": "a model"})


def test_importing_all_flavors_loads_no_library() -> None:
    program = f"""
import sys, trackgate
for flavor in {FLAVORS}:
    getattr(trackgate, flavor).FLAVOR
print(*sys.modules)
"""
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    loaded = {name.partition(".")[0] for name in output.split()}
    libraries = {"torch", "cloudpickle", "skops", "pandas", "onnxruntime", *FLAVORS}
    assert not loaded & libraries


def test_pickles_can_be_forbidden_and_other_formats_still_load(
    save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickled = save("sklearn", StandardScaler().fit(DATA))
    booster = xgboost.XGBClassifier(n_estimators=1, n_jobs=1).fit(DATA, LABELS)
    trackgate.xgboost.save_model(booster, tmp_path / "x", pip_requirements=["numpy"])
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")

    with pytest.raises(TrackgateError, match="saved as cloudpickle, which can run"):
        trackgate.sklearn.load_model(str(pickled))

    again = trackgate.xgboost.load_model(str(tmp_path / "x"))
    assert again.predict(DATA).shape == (20,)


def test_no_class_of_another_library_is_imported_where_code_is_forbidden(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = xgboost.XGBClassifier(n_estimators=1, n_jobs=1).fit(DATA, LABELS)
    folder = save("xgboost", model)
    change(folder, "xgboost", model_class="antigravity.Booster")
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")

    with pytest.raises(TrackgateError, match=r"of the class antigravity\.Booster"):
        trackgate.xgboost.load_model(str(folder))

    assert "antigravity" not in sys.modules


def test_no_other_class_is_called_than_a_models(save: Save) -> None:
    model = xgboost.XGBClassifier(n_estimators=1, n_jobs=1).fit(DATA, LABELS)
    folder = save("xgboost", model)
    change(folder, "xgboost", model_class="tempfile.TemporaryDirectory")

    with pytest.raises(TrackgateError, match=r"'tempfile\.TemporaryDirectory' is no"):
        trackgate.xgboost.load_model(str(folder))


def test_a_model_names_no_files_outside_its_folder(save: Save, tmp_path: Path) -> None:
    folder = save("sklearn", StandardScaler().fit(DATA))
    copyfile(folder / "model.pkl", tmp_path / "outside.pkl")
    change(folder, "sklearn", pickled_model="../outside.pkl")

    with pytest.raises(TrackgateError, match="not inside the model's folder"):
        trackgate.sklearn.load_model(str(folder))


def test_a_missing_library_is_named(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save("sklearn", StandardScaler().fit(DATA), serialization_format="skops")
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.delitem(sys.modules, "skops.io")

    with pytest.raises(ImportError, match="skops, which is not installed here: pip"):
        trackgate.sklearn.load_model(str(folder))
