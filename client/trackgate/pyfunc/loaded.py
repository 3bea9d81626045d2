"""A model that is loaded: checks what it is given, and predicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trackgate.errors import InvalidState
from trackgate.models import enforcement
from trackgate.models.flavor import Predictor
from trackgate.models.kinds import is_list
from trackgate.models.mlmodel import Model
from trackgate.pyfunc.python_model import PythonModelPredictor


class PyFuncModel:
    """A model as `python_function` loads it, whatever its flavor.

    metadata  what its MLmodel file says
    """

    def __init__(
        self, metadata: Model, raw: Any, predictor: Predictor, config: Mapping[str, Any]
    ) -> None:
        self.metadata = metadata
        self._raw = raw
        self._predictor = predictor
        self._config = config
        self._inputs = metadata.get_input_schema()
        self._params = metadata.get_params_schema()

    @property
    def model_id(self) -> str | None:
        """Id of the logged model; None where it is none."""
        return self.metadata.model_id

    @property
    def loader_module(self) -> str:
        """The stock client's module that loads it."""
        return str(self._config.get("loader_module", ""))

    @property
    def model_config(self) -> Mapping[str, Any]:
        """Settings given when it was saved, and over them when it was loaded."""
        return self._config.get("config") or {}

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predictions for `data`, after both were held against the signature.

        Raises InvalidParameterValue where they do not fit, and whatever the model
        raises.
        """
        data, given = self._checked(data, params)
        return self._predictor.predict(data, given)

    def predict_stream(
        self, data: Any, params: Mapping[str, Any] | None = None
    ) -> Iterator[Any]:
        """Predictions one after the other; raises InvalidState without such a model."""
        if not self._config.get("streamable") or not isinstance(
            self._predictor, PythonModelPredictor
        ):
            raise InvalidState("This model does not predict in a stream.")
        python = self._predictor
        stream = PythonModelPredictor(
            python.python_model, python.context, "predict_stream"
        )
        data, given = self._checked(data, params)
        answers: Iterator[Any] = iter(stream.predict(data, given))
        return answers

    def unwrap_python_model(self) -> Any:
        """The instance of the Python model's class; raises InvalidState without one."""
        if not isinstance(self._predictor, PythonModelPredictor):
            raise InvalidState("This model is no Python model; see get_raw_model().")
        return self._predictor.python_model

    def get_raw_model(self) -> Any:
        """The library's own model."""
        if isinstance(self._raw, PythonModelPredictor):
            return self._raw.python_model
        return (
            getattr(self._raw, "model", self._raw) if self._is_foreign() else self._raw
        )

    def _is_foreign(self) -> bool:
        return self._raw is self._predictor

    def _is_hinted(self, data: Any) -> bool:
        """Whether a list goes to a model that says it takes one, which the signature
        can describe only as a column."""
        predictor = self._predictor
        takes = isinstance(predictor, PythonModelPredictor) and predictor.wants_list
        return takes and is_list(data)

    def _checked(
        self, data: Any, params: Mapping[str, Any] | None
    ) -> tuple[Any, dict[str, Any]]:
        given = enforcement.enforce_params(params, self._params)
        if self._inputs is None or self._is_hinted(data):
            return data, given
        return enforcement.enforce(data, self._inputs), given

    def __repr__(self) -> str:
        place = self.metadata.artifact_path or "a folder"
        return f"<PyFuncModel {self.loader_module} from {place}>"
