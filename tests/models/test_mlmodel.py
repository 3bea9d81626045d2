"""MLmodel files and the folders they stand in: written, read, looked through."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.sparse import csc_matrix, csr_matrix
from trackgate import pyfunc
from trackgate.errors import InvalidParameterValue, InvalidState, NotFound
from trackgate.models import Model, get_model_info, infer_signature, set_signature
from trackgate.models.checksums import verify

SaveFunction = Callable[..., Path]


def total(model_input: Any) -> Any:
    return model_input.sum(axis=1)


@pytest.fixture
def save(tmp_path: Path) -> SaveFunction:
    """Saves a function, without looking for what it imports."""

    def save_function(**choices: Any) -> Path:
        folder = tmp_path / "model"
        pyfunc.save_model(
            folder, python_model=total, pip_requirements=["numpy"], **choices
        )
        return folder

    return save_function


def test_entries_of_others_are_kept(save: SaveFunction) -> None:
    file = save() / "MLmodel"
    content = yaml.safe_load(file.read_text())
    content |= {"prompts": ["p"], "resources": {"a": [1]}, "mlflow_version": "9.0"}
    file.write_text(yaml.safe_dump(content))

    model = Model.load(file)
    model.save(file)

    assert yaml.safe_load(file.read_text()) == content
    assert model.mlflow_version == "9.0"


def test_a_model_of_ours_says_who_wrote_it_and_claims_no_other(
    save: SaveFunction,
) -> None:
    content = yaml.safe_load((save() / "MLmodel").read_text())

    assert "mlflow_version" not in content
    assert content["trackgate"]["version"]


def test_a_folder_a_file_and_its_info_say_the_same(save: SaveFunction) -> None:
    folder = save(metadata={"owner": "ada"}, signature=infer_signature(1.0))

    model = Model.load(folder)
    info = get_model_info(str(folder))

    assert model == Model.load(folder / "MLmodel")
    assert (info.metadata, info.signature) == ({"owner": "ada"}, model.signature)
    assert info.model_uuid == model.model_uuid


def test_a_signature_can_be_set_later(save: SaveFunction) -> None:
    folder = save()
    signature = infer_signature(np.zeros((1, 2)), np.zeros(1), {"depth": 3})

    set_signature(str(folder), signature)

    assert Model.load(folder).signature == signature
    verify(folder)


@pytest.mark.parametrize(
    "content", ["[1]", "a: [", "flavors: [1]", "signature: {inputs: [1]}", "{1: 2}"]
)
def test_what_is_no_mlmodel_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "MLmodel").write_text(content)

    if content == "{1: 2}":
        assert Model.load(tmp_path).flavors == {}
        return
    with pytest.raises(InvalidParameterValue):
        Model.load(tmp_path)


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no MLmodel file"):
        Model.load(tmp_path)


def test_a_flavor_that_it_has_not_is_named_with_those_it_has(
    save: SaveFunction,
) -> None:
    with pytest.raises(NotFound, match="no flavor 'sklearn'; it has python_function"):
        Model.load(save()).flavor("sklearn")


def test_a_folder_with_files_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")

    with pytest.raises(InvalidParameterValue, match="no empty folder"):
        pyfunc.save_model(tmp_path, python_model=total)


def test_a_folder_can_be_saved_to_again_after_a_failure(
    save: SaveFunction, tmp_path: Path
) -> None:
    with pytest.raises(InvalidParameterValue, match="does not exist"):
        save(code_paths=[tmp_path / "missing.py"])

    assert not (tmp_path / "model").exists()
    verify(save())


def test_an_empty_folder_stays_when_saving_to_it_fails(
    save: SaveFunction, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()

    with pytest.raises(InvalidParameterValue, match="does not exist"):
        save(code_paths=[tmp_path / "missing.py"])

    assert list((tmp_path / "model").iterdir()) == []


@pytest.mark.parametrize("given", ["abc", pd.DataFrame({"x": [1.0]})])
def test_what_is_no_signature_is_refused(save: SaveFunction, given: Any) -> None:
    with pytest.raises(InvalidParameterValue, match=f"not a {type(given).__name__}"):
        save(signature=given)


def test_checksums_are_those_of_the_files(save: SaveFunction) -> None:
    folder = save(input_example=np.zeros((1, 2)))

    noted = Model.load(folder).extra["trackgate"]["files"]

    assert {"input_example.json", "python_model.pkl", "python_env.yaml"} <= set(noted)
    for name, one in noted.items():
        content = (folder / name).read_bytes()
        assert one["size"] == len(content)
        assert one["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_file_that_changed_or_went_is_named(save: SaveFunction) -> None:
    folder = save()
    verify(folder)
    file = folder / "python_model.pkl"
    content = bytearray(file.read_bytes())
    content[-2] ^= 1

    file.write_bytes(content)
    with pytest.raises(InvalidState, match=r"'python_model.pkl' is not the one that"):
        verify(folder)
    file.write_bytes(content[:-1])
    with pytest.raises(InvalidState, match="were noted when it was saved"):
        verify(folder)
    file.unlink()
    with pytest.raises(InvalidState, match=r"'python_model.pkl' is missing"):
        verify(folder)


def test_files_outside_of_the_model_are_not_looked_at(save: SaveFunction) -> None:
    folder = save()
    model = Model.load(folder)
    model.extra["trackgate"]["files"]["../other"] = {"sha256": "", "size": 0}

    with pytest.raises(InvalidState, match="a file outside of it"):
        verify(folder, model)


FRAME = pd.DataFrame({"a": [1.5, None], "b": [True, False]})
EXAMPLES: dict[str, Any] = {
    "frame": FRAME,
    "frame without names": pd.DataFrame(np.eye(2)),
    "frame of small integers": pd.DataFrame({"a": np.array([1], dtype="int32")}),
    "frame of times": pd.DataFrame({"t": pd.to_datetime(["2026-05-01"]).as_unit("ns")}),
    "array": np.eye(2, dtype="float32"),
    "arrays": {"x": np.eye(2), "y": np.array([1, 2])},
    "csr": csr_matrix(np.eye(3)),
    "csc": csc_matrix(np.eye(3)),
    "list": [1, "a"],
    "dictionary": {"a": [1], "b": {"c": None}},
    "text": "hello",
}


@pytest.mark.filterwarnings("ignore:The model's input has columns of integers")
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_input_example_comes_back_as_it_was(save: SaveFunction, name: str) -> None:
    given = EXAMPLES[name]
    folder = save(input_example=given, signature=infer_signature(given))

    found = Model.load(folder).load_input_example(folder)

    assert type(found) is type(given)
    if isinstance(given, pd.DataFrame):
        pd.testing.assert_frame_equal(found, given)
    elif isinstance(given, np.ndarray):
        assert found.dtype == given.dtype
        assert np.array_equal(found, given)
    elif name == "arrays":
        assert all(np.array_equal(found[key], given[key]) for key in given)
    elif name in ("csr", "csc"):
        assert (found != given).nnz == 0
    else:
        assert found == given


def test_an_example_with_parameters_has_both(save: SaveFunction) -> None:
    folder = save(input_example=(FRAME, {"depth": 3}), signature=False)
    model = Model.load(folder)

    assert model.load_input_example_params(folder) == {"depth": 3}
    pd.testing.assert_frame_equal(model.load_input_example(folder), FRAME)
    serving = yaml.safe_load(model.get_serving_input(folder) or "")
    assert serving["params"] == {"depth": 3}
    assert serving["dataframe_split"]["columns"] == ["a", "b"]
    assert serving["dataframe_split"]["data"] == [[1.5, True], [None, False]]


def test_a_signature_is_inferred_from_the_example(save: SaveFunction) -> None:
    folder = save(input_example=np.zeros((2, 3)))

    assert Model.load(folder).signature == infer_signature(
        np.zeros((2, 3)), np.zeros(2)
    )


def test_a_signature_can_be_declined(save: SaveFunction) -> None:
    folder = save(input_example=np.zeros((2, 3)), signature=False)

    assert Model.load(folder).signature is None


@pytest.mark.parametrize(
    "given", [{"a": np.zeros(1), "b": 1}, [np.zeros(1)], object(), (1, 2, 3)]
)
def test_what_is_no_input_example_is_refused(save: SaveFunction, given: Any) -> None:
    with pytest.raises(InvalidParameterValue, match="input example"):
        save(input_example=given)
