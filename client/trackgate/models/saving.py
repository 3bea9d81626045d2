"""Saving a model: a folder that this client and the stock ones load."""

from __future__ import annotations

import logging
import os
import platform
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models import checksums, code_files, environment
from trackgate.models.flavor import Flavor, Written
from trackgate.models.mlmodel import MLMODEL_FILE_NAME, OURS, PYFUNC, Model
from trackgate.models.packaging import Packaging
from trackgate.models.signature import ModelSignature, infer_signature

_logger = logging.getLogger("trackgate")
_ENV = {"conda": environment.CONDA_FILE, "virtualenv": environment.PYTHON_FILE}


def save(
    flavor: Flavor,
    model: Any,
    path: str | os.PathLike[str],
    packaging: Packaging | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    describing: Model | None = None,
) -> Model:
    """Save a model into a folder, and return what its MLmodel file says.

    path        a new or an empty folder
    options     of the flavor alone
    describing  what is known of the model already: its run, its id

    Unless `packaging` says what to install, the model is loaded once in a process of
    its own, to see what it imports. Raises InvalidParameterValue. Where saving fails,
    the folder is as it was before, so that the call can be made again.
    """
    with _new_folder(path) as folder:
        return _fill(
            folder,
            flavor,
            model,
            packaging or Packaging(),
            dict(options or {}),
            describing or Model(),
        )


def _fill(
    folder: Path,
    flavor: Flavor,
    model: Any,
    packaging: Packaging,
    options: Mapping[str, Any],
    described: Model,
) -> Model:
    """Write all that belongs to a model into its folder."""
    written = flavor.write(model, folder, options)
    described.model_size_bytes = _size(folder)
    described.metadata = _metadata(packaging)
    _describe_flavor(described, flavor, written)
    described.signature = _with_example(described, flavor, model, folder, packaging)
    _name_code(described, code_files.copy(packaging.code_paths, folder))
    described.extra[OURS] = {"version": version("trackgate")}
    # The model must be one that loads before anybody looks at what it imports.
    described.save(folder / MLMODEL_FILE_NAME)
    environment.write(folder, packaging, written.requirements)
    _remove_caches(folder)
    checksums.note(described, folder)
    described.save(folder / MLMODEL_FILE_NAME)
    return described


@contextmanager
def _new_folder(path: str | os.PathLike[str]) -> Generator[Path]:
    """A folder to fill, and again none or an empty one where that fails."""
    folder = Path(path)
    existed = folder.exists()
    if existed and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidParameterValue(f"{folder} exists already and is no empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if existed:
            folder.mkdir(exist_ok=True)
        raise


def _metadata(packaging: Packaging) -> dict[str, Any] | None:
    return None if packaging.metadata is None else dict(packaging.metadata)


def _describe_flavor(described: Model, flavor: Flavor, written: Written) -> None:
    """Add the sections of the MLmodel file that say how to load it."""
    if flavor.name != PYFUNC:
        described.add_flavor(flavor.name, **written.config)
    if written.pyfunc is None:
        return
    data = {} if written.data is None else {"data": written.data}
    described.add_flavor(
        PYFUNC,
        **{
            "loader_module": flavor.loader_module,
            "python_version": platform.python_version(),
            "env": dict(_ENV),
            **data,
            **written.pyfunc,
        },
    )


def _name_code(described: Model, name: str | None) -> None:
    if name is not None:
        for section in described.flavors.values():
            section[code_files.FOLDER] = name


def _with_example(
    described: Model, flavor: Flavor, model: Any, folder: Path, packaging: Packaging
) -> ModelSignature | None:
    """Save the input example, and say which signature the model has."""
    given = packaging.signature
    if packaging.input_example is None:
        return given or None
    # Needs NumPy and pandas.
    from trackgate.models.input_example import InputExample  # noqa: PLC0415

    example = InputExample(packaging.input_example)
    described.saved_input_example_info = example.save(folder)
    if given is not None or PYFUNC not in described.flavors:
        return given or None
    config = {**described.flavors.get(flavor.name, {}), **described.flavors[PYFUNC]}
    try:
        predicted = _predicted(flavor, model, folder, config, example)
        return infer_signature(example.data, predicted, example.params)
    # The model's own code ran.
    except Exception as error:
        _logger.warning("No signature was inferred from the input example: %s", error)
        return None


def _predicted(
    flavor: Flavor, model: Any, folder: Path, config: Mapping[str, Any], example: Any
) -> Any:
    """What the model makes of the example."""
    if flavor.name == PYFUNC:
        # Only what is loaded has its artifacts.
        model = flavor.read(folder, config)
    predictor = flavor.predictor(model, config)
    return predictor.predict(example.for_model(), example.params)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _remove_caches(folder: Path) -> None:
    """Remove what Python left when the model was loaded."""
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache, ignore_errors=True)
