"""Models as `python_function`: anything that predicts, loaded from any URI.

The names are MLflow's: `pyfunc.PythonModel`, `pyfunc.log_model`, `pyfunc.load_model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackgate.lazily import loader as _loader

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
    "loaded": ("PyFuncModel",),
    "loading": ("get_model_dependencies", "load_model"),
    "python_model": ("PythonModel", "PythonModelContext"),
    "saving": ("FLAVOR_NAME", "log_model", "save_model"),
}

__getattr__ = _loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
