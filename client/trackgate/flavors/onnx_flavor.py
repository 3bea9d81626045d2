"""ONNX's models as files, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from trackgate.errors import InvalidParameterValue
from trackgate.flavors.extra_files import copy_extra_files
from trackgate.flavors.libraries import distribution_of, library
from trackgate.flavors.onnx_sessions import check_session_options, open_session
from trackgate.models import libraries
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written

_FILE = "model.onnx"
_PROVIDERS = ["CUDAExecutionProvider", "CPUExecutionProvider"]


class OnnxPredictor:
    """A graph that ONNX Runtime computes."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._inputs = {one.name: one.type for one in session.get_inputs()}
        self._outputs = [one.name for one in session.get_outputs()]

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """All outputs by name; it takes no params.

        data  a dictionary of arrays by the inputs' names; a table, whose columns are
              the inputs, or all of them the only one; an array, for the only input

        For a table the answer is one too, each output one flat column of it; else it
        is a dictionary of arrays. Raises InvalidParameterValue for anything else.
        """
        del params
        fed = {name: self._cast(name, one) for name, one in self._fed(data).items()}
        computed = self._session.run(self._outputs, fed)
        named = dict(zip(self._outputs, computed, strict=True))
        pandas = libraries.load("pandas")
        if not isinstance(data, pandas.DataFrame):
            return named
        numpy = libraries.load("numpy")
        return pandas.DataFrame(
            {name: numpy.asarray(one).reshape(-1) for name, one in named.items()}
        )

    def _fed(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict):
            return cast(dict[str, Any], data)
        is_table = isinstance(data, libraries.load("pandas").DataFrame)
        if is_table and len(self._inputs) > 1:
            return {name: data[name].to_numpy() for name in self._inputs}
        if not is_table and not isinstance(data, libraries.load("numpy").ndarray):
            raise InvalidParameterValue(
                "An ONNX model takes a dictionary, an array or a DataFrame, not a"
                f" {type(data).__name__}."
            )
        if len(self._inputs) > 1:
            raise InvalidParameterValue(
                f"The model has {len(self._inputs)} inputs, which an array cannot"
                " serve; give a dictionary or a DataFrame with"
                f" {', '.join(self._inputs)}."
            )
        return {next(iter(self._inputs)): data.to_numpy() if is_table else data}

    def _cast(self, name: str, array: Any) -> Any:
        """What came over JSON has doubles, where the graph may want floats."""
        numpy = libraries.load("numpy")
        if self._inputs.get(name) != "tensor(float)" or array.dtype != numpy.float64:
            return array
        return array.astype(numpy.float32)


class OnnxFlavor:
    """The flavor `onnx`.

    Options: onnx_execution_providers, onnx_session_options, save_as_external_data,
    save_options (of onnx.save_model), extra_files.
    """

    name = "onnx"
    loader_module = "mlflow.onnx"

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        onnx = library("onnx")
        if not isinstance(model, onnx.ModelProto):
            raise InvalidParameterValue(
                f"A model of ONNX is a ModelProto, not a {type(model).__name__}."
            )
        session_options = options.get("onnx_session_options")
        check_session_options(session_options)
        # Saving moves the tensors out of what it is given.
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        onnx.save_model(
            copy,
            str(folder / _FILE),
            save_as_external_data=options.get("save_as_external_data", True),
            **options.get("save_options") or {},
        )
        return Written(
            config={
                "onnx_version": onnx.__version__,
                "data": _FILE,
                "providers": options.get("onnx_execution_providers") or _PROVIDERS,
                "onnx_session_options": session_options,
                **copy_extra_files(options, folder),
            },
            data=_FILE,
            requirements=("onnx", distribution_of("onnxruntime")),
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> Any:
        onnx = library("onnx")
        file = str(inside(folder, config.get("data") or _FILE))
        onnx.checker.check_model(file)
        return onnx.load(file)

    def predictor(self, model: Any, config: Mapping[str, Any]) -> OnnxPredictor:
        providers = config.get("providers") or _PROVIDERS
        session = open_session(model, providers, config.get("onnx_session_options"))
        return OnnxPredictor(session)
