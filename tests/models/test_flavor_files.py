"""Flavors one by one: what they write, read and refuse, and how they predict."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import onnx
import pandas as pd
import pytest
import statsmodels.api
import torch
import trackgate
import xgboost
import yaml
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from statsmodels.tsa.ar_model import AutoReg
from trackgate import TrackgateError, pyfunc

CELLS = np.sin(np.arange(60, dtype=np.float64).reshape(20, 3) ** 1.5)
DATA = pd.DataFrame(CELLS, columns=["first", "second", "third"])
LABELS = (DATA["first"] + DATA["second"] > 0).astype(int)
FLAVORS = ("sklearn", "xgboost", "lightgbm", "pytorch", "onnx", "statsmodels")

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves a model of a flavor, without looking for what it imports."""

    def save_model(flavor: str, model: Any, **options: Any) -> Path:
        folder = tmp_path / "model"
        module = getattr(trackgate, flavor)
        module.save_model(model, folder, pip_requirements=["numpy"], **options)
        return folder

    return save_model


def sections(folder: Path) -> dict[str, Any]:
    flavors: dict[str, Any] = yaml.safe_load((folder / "MLmodel").read_text())[
        "flavors"
    ]
    return flavors


def change(folder: Path, flavor: str, **entries: Any) -> None:
    """Rewrite a flavor's section, as anybody could who can write to the folder."""
    file = folder / "MLmodel"
    content = yaml.safe_load(file.read_text())
    content["flavors"][flavor].update(entries)
    file.write_text(yaml.safe_dump(content))


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


def test_python_function_may_call_another_method_than_predict(save: Save) -> None:
    model = LogisticRegression().fit(DATA, LABELS)

    folder = save("sklearn", model, pyfunc_predict_fn="predict_proba")

    loaded = pyfunc.load_model(str(folder))
    np.testing.assert_array_equal(loaded.predict(DATA), model.predict_proba(DATA))


def test_what_cannot_predict_is_saved_without_python_function(save: Save) -> None:
    folder = save("sklearn", StandardScaler().fit(DATA))

    assert list(sections(folder)) == ["sklearn"]
    again = trackgate.sklearn.load_model(str(folder))
    assert again.mean_.shape == (3,)


def test_a_class_is_not_taken_for_a_model(save: Save) -> None:
    with pytest.raises(TrackgateError, match="class LogisticRegression, which is no"):
        save("sklearn", LogisticRegression)


def test_an_unknown_serialization_format_is_refused(save: Save) -> None:
    with pytest.raises(TrackgateError, match="'joblib' is not one of cloudpickle"):
        save("sklearn", StandardScaler(), serialization_format="joblib")


class OwnScaler(StandardScaler):
    """A type that skops knows nothing of."""


def test_skops_saves_only_what_is_trusted(save: Save, tmp_path: Path) -> None:
    model = OwnScaler().fit(DATA)
    name = f"{OwnScaler.__module__}.OwnScaler"

    with pytest.raises(TrackgateError, match=f"not trusted: {name}"):
        save("sklearn", model, serialization_format="skops")

    trackgate.sklearn.save_model(
        model,
        tmp_path / "trusted",
        serialization_format="skops",
        skops_trusted_types=[name],
        pip_requirements=["numpy"],
    )
    assert (tmp_path / "trusted" / "model.skops").exists()


def test_a_skops_file_is_not_read_beyond_what_its_mlmodel_trusts(save: Save) -> None:
    name = f"{OwnScaler.__module__}.OwnScaler"
    folder = save(
        "sklearn",
        OwnScaler().fit(DATA),
        serialization_format="skops",
        skops_trusted_types=[name],
    )
    change(folder, "sklearn", skops_trusted_types=None)

    with pytest.raises(TrackgateError, match=f"does not trust: {name}"):
        trackgate.sklearn.load_model(str(folder))


def test_a_missing_library_is_named(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save("sklearn", StandardScaler().fit(DATA), serialization_format="skops")
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.delitem(sys.modules, "skops.io")

    with pytest.raises(ImportError, match="skops, which is not installed here: pip"):
        trackgate.sklearn.load_model(str(folder))


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


def test_a_booster_takes_the_params_it_knows(save: Save) -> None:
    params = {"nthread": 1, "objective": "binary:logistic"}
    model = xgboost.train(params, xgboost.DMatrix(DATA, LABELS), 2)

    loaded = pyfunc.load_model(str(save("xgboost", model)))
    predictor = trackgate.xgboost.FLAVOR.predictor(model, {})

    margins = predictor.predict(DATA, {"output_margin": True, "unknown": 1})
    assert not np.allclose(margins, loaded.predict(DATA))


def test_no_other_class_is_called_than_a_models(save: Save) -> None:
    model = xgboost.XGBClassifier(n_estimators=1, n_jobs=1).fit(DATA, LABELS)
    folder = save("xgboost", model)
    change(folder, "xgboost", model_class="tempfile.TemporaryDirectory")

    with pytest.raises(TrackgateError, match=r"'tempfile\.TemporaryDirectory' is no"):
        trackgate.xgboost.load_model(str(folder))


def test_a_booster_of_lightgbm_is_saved_as_text(save: Save) -> None:
    params = {"num_threads": 1, "verbose": -1, "min_data_in_leaf": 2}
    model = lightgbm.train(params, lightgbm.Dataset(DATA, LABELS), 2)

    folder = save("lightgbm", model)

    assert (folder / "model.lgb").read_text().startswith("tree\n")
    loaded = pyfunc.load_model(str(folder))
    np.testing.assert_array_equal(loaded.predict(DATA), model.predict(DATA))


def test_a_module_answers_a_table_with_a_table_and_an_array_with_an_array(
    save: Save,
) -> None:
    folder = save("pytorch", torch.nn.Linear(3, 2))
    loaded = pyfunc.load_model(str(folder))
    relabelled = DATA.set_index(pd.Index(range(100, 120)))

    table = loaded.predict(relabelled)
    array = loaded.predict(CELLS.astype(np.float32))

    assert isinstance(table, pd.DataFrame)
    assert table.index.equals(relabelled.index)
    assert table.shape == (20, 2)
    assert isinstance(array, np.ndarray)
    np.testing.assert_allclose(table.to_numpy(), array)


def test_a_module_takes_no_lists_and_no_device(save: Save) -> None:
    predictor = trackgate.pytorch.FLAVOR.predictor(torch.nn.Linear(3, 1), {})

    with pytest.raises(TrackgateError, match="not a list"):
        predictor.predict([[1.0, 2.0, 3.0]])
    with pytest.raises(TrackgateError, match="when the model is loaded"):
        predictor.predict(DATA, {"device": "cuda"})


def test_a_module_whose_answer_is_no_tensor_is_refused() -> None:
    class Two(torch.nn.Module):
        def forward(self, rows: Any) -> Any:
            return rows, rows

    predictor = trackgate.pytorch.FLAVOR.predictor(Two(), {})

    with pytest.raises(TrackgateError, match="answers with a tuple"):
        predictor.predict(DATA)


def test_a_class_of_the_program_itself_comes_along(save: Save) -> None:
    class Own(torch.nn.Module):
        def forward(self, rows: Any) -> Any:
            return rows * 2

    folder = save("pytorch", Own())

    loaded = trackgate.pytorch.load_model(str(folder), map_location="cpu")
    assert loaded(torch.ones(1)).item() == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_module_is_saved_as_a_script(save: Save) -> None:
    script = torch.jit.script(torch.nn.Linear(3, 1))

    loaded = trackgate.pytorch.load_model(str(save("pytorch", script)))

    assert isinstance(loaded, torch.jit.ScriptModule)


def test_an_exported_module_takes_any_number_of_rows(save: Save) -> None:
    module = torch.nn.Linear(3, 2)
    example = torch.from_numpy(CELLS[:4].astype(np.float32))

    folder = save("pytorch", module, serialization_format="pt2", input_example=example)

    assert [file.name for file in (folder / "data").iterdir()] == ["model.pt2"]
    loaded = pyfunc.load_model(str(folder))
    assert loaded.predict(CELLS.astype(np.float32)).shape == (20, 2)


def test_without_an_example_nothing_is_exported(save: Save) -> None:
    with pytest.raises(TrackgateError, match="traced with its input_example"):
        save("pytorch", torch.nn.Linear(3, 2), export_model=True)


def graph(*inputs: str) -> onnx.ModelProto:
    """A graph that adds its inputs up."""
    described = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None])
        for name in inputs
    ]
    output = helper.make_tensor_value_info("sum", TensorProto.FLOAT, [None])
    node = helper.make_node("Sum", list(inputs), ["sum"])
    made = helper.make_graph([node], "adds", described, [output])
    opset = helper.make_opsetid("", 13)
    return helper.make_model(made, opset_imports=[opset], ir_version=9)


def test_a_graphs_inputs_are_columns_or_entries_of_a_dictionary(save: Save) -> None:
    folder = save("onnx", graph("first", "second"))
    loaded = pyfunc.load_model(str(folder))
    columns = {name: DATA[name].to_numpy() for name in ("first", "second")}

    table = loaded.predict(DATA)
    entries = loaded.predict(columns)

    assert list(table.columns) == ["sum"]
    np.testing.assert_allclose(table["sum"], DATA["first"] + DATA["second"], atol=1e-6)
    np.testing.assert_array_equal(entries["sum"], table["sum"])
    with pytest.raises(TrackgateError, match="2 inputs, which an array cannot serve"):
        loaded.predict(CELLS)


def test_saving_a_graph_leaves_it_as_it_was(save: Save) -> None:
    large = np.ones(1_000, dtype=np.float32)
    model = graph("rows")
    model.graph.initializer.append(onnx.numpy_helper.from_array(large, "unused"))
    before = model.SerializeToString()

    folder = save("onnx", model)

    assert model.SerializeToString() == before
    (again,) = trackgate.onnx.load_model(str(folder)).graph.initializer
    np.testing.assert_array_equal(onnx.numpy_helper.to_array(again), large)
    # The tensor lies in a file of its own.
    assert any(file.stat().st_size == large.nbytes for file in folder.iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"intra_op_threads": 1}, "no session option 'intra_op_threads'"),
        ({"execution_mode": "fast"}, "execution_mode cannot be 'fast'"),
        ({"intra_op_num_threads": -1}, "intra_op_num_threads cannot be -1"),
        ([1], "is a dictionary, not a list"),
    ],
)
def test_wrong_session_options_are_refused_before_anything_is_saved(
    save: Save, options: Any, said: str
) -> None:
    with pytest.raises(TrackgateError, match=said):
        save("onnx", graph("rows"), onnx_session_options=options)


def test_a_session_has_the_options_it_was_saved_with(save: Save) -> None:
    options = {"intra_op_num_threads": 1, "execution_mode": "sequential"}

    folder = save("onnx", graph("rows"), onnx_session_options=options)

    assert sections(folder)["onnx"]["onnx_session_options"] == options
    loaded = pyfunc.load_model(str(folder))
    assert loaded.predict(CELLS[:, 0])["sum"].shape == (20,)


def test_a_time_series_is_asked_for_a_period(save: Save) -> None:
    results = AutoReg(np.arange(30.0) + CELLS.ravel()[:30], 1).fit()
    loaded = pyfunc.load_model(str(save("statsmodels", results)))

    period = loaded.predict(pd.DataFrame({"start": [25], "end": [32]}))

    np.testing.assert_allclose(period, results.predict(25, 32))
    with pytest.raises(TrackgateError, match="2 rows came, with the columns start"):
        loaded.predict(pd.DataFrame({"start": [25, 26]}))


def test_results_without_their_data_are_smaller(save: Save, tmp_path: Path) -> None:
    def fit() -> Any:
        return statsmodels.api.OLS(CELLS[:, 0], CELLS[:, 1:]).fit()

    whole = save("statsmodels", fit())
    trackgate.statsmodels.save_model(
        fit(), tmp_path / "bare", remove_data=True, pip_requirements=["numpy"]
    )

    file = "model.statsmodels"
    bare = tmp_path / "bare" / file
    assert bare.stat().st_size < (whole / file).stat().st_size


def test_extra_files_lie_beside_the_model(save: Save, tmp_path: Path) -> None:
    note, folder = tmp_path / "note.txt", tmp_path / "folder"
    note.write_text("hello")
    folder.mkdir()
    (folder / "inner.txt").write_text("inside")

    saved = save("sklearn", StandardScaler(), extra_files=[note, folder])

    assert (saved / "extra_files" / "note.txt").read_text() == "hello"
    assert (saved / "extra_files" / "folder" / "inner.txt").read_text() == "inside"
    noted = sections(saved)["sklearn"]["extra_files"]
    assert noted == [{"path": "extra_files/note.txt"}, {"path": "extra_files/folder"}]


def test_two_extra_files_of_one_name_are_refused(save: Save, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")

    with pytest.raises(TrackgateError, match=r"Two extra files are named 'note.txt'"):
        save("sklearn", StandardScaler(), extra_files=[note, note])


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


def test_a_model_names_no_files_outside_its_folder(save: Save, tmp_path: Path) -> None:
    folder = save("sklearn", StandardScaler().fit(DATA))
    (folder / "model.pkl").rename(tmp_path / "outside.pkl")
    change(folder, "sklearn", pickled_model="../outside.pkl")

    with pytest.raises(TrackgateError, match="not inside the model's folder"):
        trackgate.sklearn.load_model(str(folder))
