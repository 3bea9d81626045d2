"""Models as `python_function`: anything that predicts, loaded from any URI.

The names are MLflow's: `pyfunc.PythonModel`, `pyfunc.log_model`, `pyfunc.load_model`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackgate.pyfunc.loaded import PyFuncModel
    from trackgate.pyfunc.loading import get_model_dependencies, load_model
    from trackgate.pyfunc.python_model import PythonModel, PythonModelContext
    from trackgate.pyfunc.saving import FLAVOR_NAME, log_model, save_model

__all__ = [
    "FLAVOR_NAME",
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "get_model_dependencies",
    "load_model",
    "log_model",
    "save_model",
]

_HOMES = {
    "FLAVOR_NAME": "saving",
    "PyFuncModel": "loaded",
    "PythonModel": "python_model",
    "PythonModelContext": "python_model",
    "get_model_dependencies": "loading",
    "load_model": "loading",
    "log_model": "saving",
    "save_model": "saving",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    # The next use finds it without coming here.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
