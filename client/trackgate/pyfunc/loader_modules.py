"""Models that a module of somebody else loads: `_load_pyfunc(path)`, MLflow's way."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written
from trackgate.models.mlmodel import PYFUNC
from trackgate.models.permission import require_for_code

_DATA = "data"


class LoadedByModule:
    """What a loader module returned: anything with `predict`."""

    def __init__(self, model: Any, function: str = "predict") -> None:
        self.model = model
        self._predict = getattr(model, function)
        self._takes_params = _takes_params(self._predict)

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """What the model returns."""
        if self._takes_params:
            return self._predict(data, params=params)
        return self._predict(data)


class LoaderModuleFlavor:
    """A module with `_load_pyfunc(path)`, and the data it loads.

    Options: data_path, a file or folder; model_config.
    """

    name = PYFUNC

    def __init__(self, loader_module: str) -> None:
        self.loader_module = loader_module

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        del model
        data = _copied(options.get("data_path"), folder)
        config = options.get("model_config")
        return Written(
            config={}, data=data, pyfunc={"config": dict(config)} if config else {}
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> LoadedByModule:
        return load_with(self.loader_module, folder, config)

    def predictor(self, model: Any, config: Mapping[str, Any]) -> LoadedByModule:
        return model if isinstance(model, LoadedByModule) else LoadedByModule(model)


def load_with(
    loader_module: str, folder: Path, config: Mapping[str, Any]
) -> LoadedByModule:
    """What the module makes of the model's data, which runs the module's code.

    config  the python_function section of the MLmodel file

    Raises NotFound where the module cannot be imported here, PermissionDenied where
    code is forbidden.
    """
    require_for_code(f"loaded by the module {loader_module}")
    data = inside(folder, str(config[_DATA])) if config.get(_DATA) else folder
    try:
        module = import_module(loader_module)
    except ModuleNotFoundError as error:
        top = loader_module.partition(".")[0]
        if error.name is None or not f"{loader_module}.".startswith(f"{error.name}."):
            raise
        raise NotFound(
            f"The model is loaded by the module {loader_module}, which is not here."
            f" Install what brings {top}, or save the module with code_paths."
        ) from error
    load = getattr(module, "_load_pyfunc", None)
    if load is None:
        raise InvalidParameterValue(f"The module {loader_module} has no _load_pyfunc.")
    settings = config.get("config")
    model = load(str(data), settings) if settings else load(str(data))
    return LoadedByModule(model, str(config.get("predict_fn") or "predict"))


def _copied(data_path: Any, folder: Path) -> str | None:
    if data_path is None:
        return None
    source = Path(data_path).absolute()
    if not source.exists():
        raise InvalidParameterValue(f"data_path: {source} does not exist.")
    target = folder / _DATA / source.name
    target.parent.mkdir()
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
    return f"{_DATA}/{source.name}"


def _takes_params(function: Any) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (ValueError, TypeError):
        return False
    return "params" in parameters
