"""Models that are Python code: a class with `predict`, or a plain function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trackgate.pyfunc.input_hints import items_wanted, listed


@dataclass(frozen=True, slots=True)
class PythonModelContext:
    """What a model may need beside itself.

    artifacts     paths of its files on this machine, by name
    model_config  settings given when it was saved, and over them when it was loaded
    """

    artifacts: Mapping[str, str]
    model_config: Mapping[str, Any] | None = None


class PythonModel:
    """A model in code: subclass it and define `predict`.

    `predict` takes `(context, model_input, params)`, or without `context`, or without
    `params`. What the class needs is saved with it: its code, where it is in the
    script itself, and the values it holds.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Called once when the model is loaded; read artifacts here."""

    def predict(
        self,
        context: PythonModelContext | None,
        model_input: Any,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        """Predictions, one for each row of the input."""
        raise NotImplementedError(f"{type(self).__name__} does not define predict.")

    def predict_stream(
        self,
        context: PythonModelContext | None,
        model_input: Any,
        params: Mapping[str, Any] | None = None,
    ) -> Iterator[Any]:
        """Predictions one after the other, for models that make them so."""
        raise NotImplementedError(f"{type(self).__name__} does not define it.")


class FunctionModel(PythonModel):
    """A plain function of the input as a model.

    Attributes are those that stock clients give their own class for it, so that
    pickles of the one are pickles of the other.
    """

    def __init__(self, func: Callable[..., Any], signature: Any = None) -> None:
        self.func = func
        self.signature = signature

    def predict(self, model_input: Any, params: Any = None) -> Any:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """What the function returns; `params` go where it takes some."""
        if "params" in inspect.signature(self.func).parameters:
            return self.func(model_input, params=params)
        return self.func(model_input)


class PythonModelPredictor:
    """A Python model as `python_function` sees it."""

    def __init__(
        self, model: Any, context: PythonModelContext, method: str = "predict"
    ) -> None:
        self.python_model = model
        self.context = context
        parameters = inspect.signature(getattr(model, method)).parameters
        self._method = getattr(model, method)
        self._takes_params = "params" in parameters
        others = [name for name in parameters if name != "params"]
        self._takes_context = "context" in parameters or len(others) >= 2
        self._items = items_wanted(model, method)

    @property
    def wants_list(self) -> bool:
        """Whether the method says that it takes a list, as in `list[str]`."""
        return self._items is not None

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """What the model's method returns."""
        if self.wants_list:
            data = listed(data, self._items)
        more = {"params": params} if self._takes_params else {}
        if self._takes_context:
            return self._method(self.context, data, **more)
        return self._method(data, **more)
