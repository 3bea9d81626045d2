"""Pickles of Python models that this client and the stock ones read.

In a pickle, `PythonModel` goes by the stock client's name: there it becomes its own
class, here ours. So neither client has to be installed where the other one loads.
To read a pickle runs whatever code it holds.
"""

from __future__ import annotations

import pickle
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from trackgate.errors import InvalidParameterValue, NotImplementedHere, TrackgateError
from trackgate.models import libraries
from trackgate.models.permission import require_for_code
from trackgate.pyfunc.python_model import (
    FunctionModel,
    PythonModel,
    PythonModelContext,
)

cloudpickle = libraries.load("cloudpickle")

_STOCK = "mlflow"
_MODULE = "mlflow.pyfunc.model"
_VALIDATION = "mlflow.pyfunc.utils.data_validation"
# Stock names of the classes that pickles of ours refer to.
_STOCK_NAMES: dict[type, str] = {
    PythonModel: "PythonModel",
    PythonModelContext: "PythonModelContext",
    FunctionModel: "_FunctionPythonModel",
}
_IMPORTS = (("importlib", "import_module"), ("cloudpickle.cloudpickle", "subimport"))


class _FuncInfo(NamedTuple):
    """What the stock client notes of a `predict` with type hints."""

    input_type_hint: Any
    input_param_name: str


def _unchecked(args: Any, kwargs: Any, *_: object) -> tuple[Any, Any]:
    """In place of the stock client's check against type hints."""
    return args, kwargs


# What stands here for names of the stock client.
_OURS: dict[tuple[str, str], Any] = {
    **{(_MODULE, name): kind for kind, name in _STOCK_NAMES.items()},
    ("mlflow.pyfunc", "PythonModel"): PythonModel,
    ("mlflow.exceptions", "MlflowException"): TrackgateError,
    (_VALIDATION, "FuncInfo"): _FuncInfo,
    (_VALIDATION, "_validate_model_input"): _unchecked,
}


# It ships no types.
class _Pickler(cloudpickle.Pickler):  # type: ignore[name-defined, misc]
    """Writes our classes under their stock names."""

    def reducer_override(self, obj: Any) -> Any:
        name = _STOCK_NAMES.get(obj) if isinstance(obj, type) else None
        if name is not None:
            return getattr, (_ModuleByName(_MODULE), name)
        return cloudpickle.Pickler.reducer_override(self, obj)


class _ModuleByName:
    """Pickled as the import of a module that need not be there now."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __reduce__(self) -> Any:
        return import_module, (self._name,)


class _Unpickler(pickle.Unpickler):
    """Finds stock names here: our classes, else the stock client where there is one."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _IMPORTS:
            return _imported
        if _is_stock(module):
            return _stock(module, name)
        return super().find_class(module, name)


def dump(model: Any, path: Path) -> None:
    """Write a model's pickle; raises InvalidParameterValue where it cannot be one."""
    try:
        with path.open("wb") as file:
            _Pickler(file, protocol=pickle.DEFAULT_PROTOCOL).dump(model)
    # Whatever the model's parts raise when they are pickled.
    except Exception as error:
        raise InvalidParameterValue(
            f"{type(model).__name__} cannot be saved: {error}. What it holds must be"
            " picklable; open files and connections belong into load_context."
        ) from error


def load(path: Path) -> Any:
    """Read a model's pickle, which runs the code in it.

    Raises PermissionDenied where that is forbidden.
    """
    require_for_code("a pickle")
    with path.open("rb") as file:
        return _Unpickler(file).load()


class _MissingClass(type):
    """Also has whatever attributes a pickle looks for, such as an enum's members."""

    stock_name = _STOCK

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _missing(f"{cls.stock_name}.{name}")


class _Missing(metaclass=_MissingClass):
    """Stands for a part of the stock client that is not installed here.

    Pickles hold parts that only the stock client itself looks at.
    """

    stock_name = _STOCK

    def __new__(cls, *args: object, **kwargs: object) -> _Missing:
        del args, kwargs
        return super().__new__(cls)

    def __init__(self, *args: object, **kwargs: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...

    def __call__(self, *args: object, **kwargs: object) -> Any:
        raise _needs_stock(self.stock_name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise _needs_stock(f"{self.stock_name}.{name}")


def _needs_stock(name: str) -> NotImplementedHere:
    return NotImplementedHere(
        f"The model uses {name} of the stock client, which is not installed here:"
        " pip install mlflow."
    )


def _is_stock(module: str) -> bool:
    return module.partition(".")[0] == _STOCK


def _imported(name: str, *_: object) -> Any:
    """A module, or what stands for one of a client that is not installed."""
    if not _is_stock(name):
        return import_module(name)
    if name == _MODULE:
        return SimpleNamespace(**{name: kind for kind, name in _STOCK_NAMES.items()})
    if _has_stock():
        return import_module(name)
    # Code that says `mlflow.log_metric` finds our call of that name.
    return import_module("trackgate") if name == _STOCK else _missing(name)


def _stock(module: str, name: str) -> Any:
    if (module, name) in _OURS:
        return _OURS[module, name]
    if _has_stock():
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        return found
    return _missing_class(f"{module}.{name}")


def _missing_class(name: str) -> Any:
    return _MissingClass("_Missing", (_Missing,), {"stock_name": name})


def _missing(name: str) -> Any:
    return _missing_class(name)()


def _has_stock() -> bool:
    return _STOCK in sys.modules or find_spec(_STOCK) is not None
