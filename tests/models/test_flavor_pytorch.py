"""Models of PyTorch: pickled, scripted, exported, and what they answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import trackgate
from trackgate import TrackgateError, pyfunc

from tests.models.flavor_folders import CELLS, DATA, Save


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
