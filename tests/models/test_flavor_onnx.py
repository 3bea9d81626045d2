"""Models of ONNX: inputs, outputs and sessions."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
import trackgate
from onnx import TensorProto, helper
from trackgate import TrackgateError, pyfunc

from tests.models.flavor_folders import CELLS, DATA, Save, sections


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
