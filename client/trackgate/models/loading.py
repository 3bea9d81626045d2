"""Loading a model from its folder or any URI.

Most formats are pickles: to load one runs whatever code it holds, with the rights of
whoever loads it. Only clients load models; the tracking server never does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackgate.errors import NotFound
from trackgate.models import checksums, code_files
from trackgate.models.flavor import Flavor, Predictor
from trackgate.models.mlmodel import MLMODEL_FILE_NAME, PYFUNC, Model
from trackgate.models.plugins import for_loader

if TYPE_CHECKING:
    from trackgate.pyfunc.loaded import PyFuncModel


def load(
    flavor: Flavor, uri: str, dst_path: str | os.PathLike[str] | None = None
) -> Any:
    """The library's own model at a URI or in a folder.

    dst_path  where downloaded files go; a temporary folder, where it is missing

    Raises NotFound where the model is not there or not of that flavor.
    """
    folder = fetched(uri, dst_path)
    config = Model.load(folder).flavor(flavor.name)
    code_files.put_on_search_path(folder, config)
    return flavor.read(folder, config)


def load_folder(
    folder: Path, model_config: Mapping[str, Any] | None = None
) -> PyFuncModel:
    """The model in a folder as `python_function` sees it."""
    # It needs pandas, which reading a flavor's own model may not.
    from trackgate.pyfunc.loaded import PyFuncModel  # noqa: PLC0415

    model = Model.load(folder)
    config = dict(model.flavor(PYFUNC))
    code_files.put_on_search_path(folder, config)
    noted: Mapping[str, Any] = config.get("config") or {}
    overridden = {**noted, **(model_config or {})}
    if overridden:
        config["config"] = overridden
    raw, predictor = _read(folder, model, config)
    return PyFuncModel(model, raw, predictor, config)


def fetched(uri: str, dst_path: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the model that a URI names, downloaded if need be.

    Raises NotFound, and InvalidState where a file is not the one that was saved.
    """
    if dst_path is None and Path(uri).is_dir():
        # Spares those who only use local folders the client.
        if (Path(uri) / MLMODEL_FILE_NAME).is_file():
            checksums.verify(Path(uri))
        return Path(uri)
    from trackgate.models.fetching import fetch  # noqa: PLC0415

    return Path(fetch(uri, dst_path))


def _read(
    folder: Path, model: Model, config: Mapping[str, Any]
) -> tuple[Any, Predictor]:
    """The library's own model, and the same as it predicts."""
    loader = config.get("loader_module")
    if not loader:
        raise NotFound("The model's python_function section names no loader_module.")
    flavor = for_loader(str(loader))
    if flavor is not None:
        own: Mapping[str, Any] = {}
        if flavor.name in model.flavors:
            own = model.flavor(flavor.name)
        raw = flavor.read(folder, own if flavor.name != PYFUNC else config)
        return raw, flavor.predictor(raw, {**own, **config})
    from trackgate.pyfunc.loader_modules import load_with  # noqa: PLC0415

    predictor = load_with(str(loader), folder, config)
    return predictor, predictor
