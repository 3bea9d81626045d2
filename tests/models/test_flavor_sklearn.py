"""Models of scikit-learn: formats, methods that predict, extra files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trackgate
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from trackgate import TrackgateError, pyfunc

from tests.models.flavor_folders import DATA, LABELS, Save, change, sections


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


def test_a_misspelt_choice_is_named(save: Save) -> None:
    with pytest.raises(TypeError, match="keyword argument 'input_exampel'"):
        save("sklearn", LogisticRegression().fit(DATA, LABELS), input_exampel=DATA)


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
