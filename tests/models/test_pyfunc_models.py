"""Models in code: classes, functions, modules, with what they need beside them."""

from __future__ import annotations

import pickletools
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from inspect import Parameter, Signature
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from trackgate import pyfunc
from trackgate.errors import (
    InvalidParameterValue,
    InvalidState,
    NotFound,
    PermissionDenied,
)
from trackgate.models import infer_signature
from trackgate.pyfunc import PythonModel, PythonModelContext

NUMBERS = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})


class Scaled(PythonModel):
    """Multiplies by what a file says, and adds a parameter."""

    def __init__(self, offset: float) -> None:
        self.offset = offset
        self.factor = 1.0

    def load_context(self, context: PythonModelContext) -> None:
        self.factor = float(Path(context.artifacts["factor"]).read_text())

    def predict(
        self,
        context: PythonModelContext | None,
        model_input: Any,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        assert context is not None
        settings = context.model_config or {}
        more = (params or {}).get("more", 0.0) + settings.get("bias", 0.0)
        return model_input["a"] * self.factor + self.offset + more

    def predict_stream(
        self, context: Any, model_input: Any, params: Any = None
    ) -> Iterator[Any]:
        yield from self.predict(context, model_input, params)


def saved(folder: Path, **choices: Any) -> Path:
    """Save a model without looking for what it imports."""
    pyfunc.save_model(folder / "model", pip_requirements=["numpy"], **choices)
    return folder / "model"


@pytest.fixture
def scaled(tmp_path: Path) -> Path:
    (tmp_path / "factor.txt").write_text("10")
    return saved(
        tmp_path,
        python_model=Scaled(0.5),
        artifacts={"factor": str(tmp_path / "factor.txt")},
        input_example=(NUMBERS[["a"]], {"more": 0.0}),
        model_config={"bias": 100},
    )


def test_a_class_has_its_artifacts_parameters_and_settings(scaled: Path) -> None:
    (scaled.parent / "factor.txt").unlink()

    model = pyfunc.load_model(str(scaled))
    other = pyfunc.load_model(str(scaled), model_config={"bias": 200})

    assert model.predict(NUMBERS, {"more": 1.0}).tolist() == [111.5, 121.5]
    assert other.predict(NUMBERS).tolist() == [210.5, 220.5]
    assert other.model_config == {"bias": 200}


def test_a_signature_comes_from_the_loaded_model(scaled: Path) -> None:
    signature = pyfunc.load_model(str(scaled)).metadata.signature

    assert signature == infer_signature(
        NUMBERS[["a"]], pd.Series([110.5], name="a"), {"more": 0.0}
    )


def test_a_model_can_predict_in_a_stream(scaled: Path) -> None:
    model = pyfunc.load_model(str(scaled))

    assert list(model.predict_stream(NUMBERS)) == [110.5, 120.5]


def test_what_does_not_fit_the_signature_never_reaches_the_model(scaled: Path) -> None:
    model = pyfunc.load_model(str(scaled))

    with pytest.raises(InvalidParameterValue, match="lacks the required column: 'a'"):
        model.predict(pd.DataFrame({"b": [1.0]}))
    with pytest.raises(InvalidParameterValue, match="'more' is of the type double"):
        model.predict(NUMBERS, {"more": "a lot"})


def test_the_instance_can_be_had(scaled: Path) -> None:
    model = pyfunc.load_model(str(scaled))

    assert model.unwrap_python_model().offset == 0.5
    assert isinstance(model.unwrap_python_model(), PythonModel)
    assert model.get_raw_model() is model.unwrap_python_model()


def test_a_function_is_a_model(tmp_path: Path) -> None:
    folder = saved(tmp_path, python_model=lambda data: data.sum(axis=1))

    assert pyfunc.load_model(str(folder)).predict(np.ones((1, 3))).tolist() == [3.0]


def test_anything_with_predict_is_a_model(tmp_path: Path) -> None:
    class Doubled:
        def predict(self, data: Any) -> Any:
            return data * 2

    folder = saved(tmp_path, python_model=Doubled())

    assert pyfunc.load_model(str(folder)).predict(np.ones(2)).tolist() == [2.0, 2.0]


def test_predict_may_leave_out_context_and_params(tmp_path: Path) -> None:
    class Short(PythonModel):
        def predict(self, model_input: Any) -> Any:  # type: ignore[override]
            return model_input.shape

    folder = saved(tmp_path, python_model=Short())

    assert pyfunc.load_model(str(folder)).predict(np.ones((2, 3))) == (2, 3)


def shouted(words: list[str]) -> list[str]:
    return [word.upper() for word in words]


def keys(rows: list[dict[str, Any]]) -> list[list[str]]:
    return [sorted(row) for row in rows]


shouted_now = partial(shouted)
shouted_now.__signature__ = Signature(  # type: ignore[attr-defined]
    [Parameter("words", Parameter.POSITIONAL_ONLY, annotation=list[str])]
)
WORDS = pd.DataFrame({"n": [1, 2], "w": ["a", "b"]})


@pytest.mark.parametrize("function", [shouted, shouted_now])
@pytest.mark.parametrize("given", [["a", "b"], WORDS])
def test_a_function_that_says_it_takes_a_list_gets_one(
    tmp_path: Path, function: Any, given: Any
) -> None:
    folder = saved(tmp_path, python_model=function)

    assert pyfunc.load_model(str(folder)).predict(given) == ["A", "B"]


def test_a_function_of_dictionaries_gets_rows(tmp_path: Path) -> None:
    folder = saved(tmp_path, python_model=keys)

    found = pyfunc.load_model(str(folder)).predict(WORDS)

    assert found == [["n", "w"], ["n", "w"]]


def test_a_list_of_texts_needs_a_column_of_them(tmp_path: Path) -> None:
    folder = saved(tmp_path, python_model=shouted)

    with pytest.raises(InvalidParameterValue, match="has no column of them"):
        pyfunc.load_model(str(folder)).predict(WORDS[["n"]])


def test_pickles_name_the_stock_clients_class_and_nothing_of_ours(
    tmp_path: Path,
) -> None:
    # As if it were written in a script: pickled by value.
    source = (
        "from trackgate import pyfunc\n"
        "class Constant(pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input, params=None):\n"
        "        return 7\n"
    )
    script: dict[str, Any] = {"__name__": "__main__"}
    exec(source, script)  # noqa: S102 - a script of our own
    folder = saved(tmp_path, python_model=script["Constant"]())

    pickle = (folder / "python_model.pkl").read_bytes()
    texts = {str(argument) for _, argument, _ in pickletools.genops(pickle)}

    assert "mlflow.pyfunc.model" in texts
    assert not any("trackgate" in text for text in texts)
    model = pyfunc.load_model(str(folder))
    assert model.predict(1) == 7
    assert isinstance(model.unwrap_python_model(), PythonModel)


def test_code_that_a_model_needs_comes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    (tmp_path / "data.txt").write_text("3")
    (tmp_path / "its_loader.py").write_text(
        "from pathlib import Path\n"
        "class Raised:\n"
        "    def __init__(self, power):\n"
        "        self.power = power\n"
        "    def predict(self, data):\n"
        "        return data ** self.power\n"
        "def _load_pyfunc(path):\n"
        "    return Raised(int(Path(path).read_text()))\n"
    )

    folder = saved(
        tmp_path,
        loader_module="its_loader",
        data_path=tmp_path / "data.txt",
        code_paths=[tmp_path / "its_loader.py"],
        input_example=np.array([2.0]),
        signature=False,
    )
    (tmp_path / "its_loader.py").unlink()
    sys.modules.pop("its_loader", None)

    assert pyfunc.load_model(str(folder)).predict(2) == 8
    assert sys.modules["its_loader"].__file__ == str(folder / "code/its_loader.py")


def test_a_loader_that_is_not_here_is_named(tmp_path: Path) -> None:
    folder = saved(tmp_path, loader_module="nowhere.to_be_found")

    with pytest.raises(NotFound, match=r"by the module nowhere\.to_be_found, which"):
        pyfunc.load_model(str(folder))


@pytest.mark.parametrize("entry", ["python_model", "data", "code"])
def test_files_outside_of_the_folder_are_not_loaded(tmp_path: Path, entry: str) -> None:
    (tmp_path / "other").mkdir()
    choices = (
        {"loader_module": "json"} if entry == "data" else {"python_model": shouted}
    )
    folder = saved(tmp_path, **choices)
    content = yaml.safe_load((folder / "MLmodel").read_text())
    content["flavors"]["python_function"][entry] = "../other"
    (folder / "MLmodel").write_text(yaml.safe_dump(content))

    with pytest.raises(InvalidParameterValue, match="is not inside the model's folder"):
        pyfunc.load_model(str(folder))


def test_code_may_be_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    folder = saved(tmp_path, python_model=shouted)

    with pytest.raises(PermissionDenied, match="The model is a pickle, which can run"):
        pyfunc.load_model(str(folder))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="Scaled is a class; give an inst"):
        saved(tmp_path / "a", python_model=Scaled)
    with pytest.raises(InvalidParameterValue, match="int is neither"):
        saved(tmp_path / "b", python_model=3)
    with pytest.raises(InvalidParameterValue, match="Give either `python_model` or"):
        saved(tmp_path / "c")
    with pytest.raises(InvalidParameterValue, match="cannot be saved: cannot pickle"):
        saved(tmp_path / "d", python_model=partial(locked, Lock()))


def locked(lock: Any, data: Any) -> Any:
    with lock:
        return data


def test_only_python_models_have_an_instance_and_a_stream(tmp_path: Path) -> None:
    module = saved(tmp_path, loader_module="tests.models.constant_loader")
    model = pyfunc.load_model(str(module))

    assert model.predict(["a"]) == 7
    with pytest.raises(InvalidState, match="does not predict in a stream"):
        model.predict_stream(["a"])
    with pytest.raises(InvalidState, match="is no Python model"):
        model.unwrap_python_model()
