"""Models of PyTorch: save, log, load.

Pickled modules run the code that they hold when they are loaded; so may exported ones.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Unpack

from trackgate.flavors import calls
from trackgate.flavors.pytorch_files import as_arrays
from trackgate.flavors.pytorch_flavor import EXPORTED, PytorchFlavor
from trackgate.models import loading

if TYPE_CHECKING:
    from trackgate.models.model_info import ModelInfo

FLAVOR = PytorchFlavor()


def save_model(
    pytorch_model: Any,
    path: str | os.PathLike[str],
    *,
    serialization_format: str | None = None,
    export_model: bool = False,
    pickle_module: ModuleType | None = None,
    save_options: Mapping[str, Any] | None = None,
    **given: Unpack[calls.Saving],
) -> None:
    """Save a module, which may be a script, into a new folder.

    serialization_format  "pickle", or "pt2": the graph that its input example traces
    export_model          the same as "pt2"
    pickle_module         what pickles it; cloudpickle, where it is missing
    save_options          further arguments of torch.save
    input_example         may be a tensor too
    """
    options = {
        "serialization_format": EXPORTED if export_model else serialization_format,
        "pickle_module": pickle_module,
        "save_options": save_options,
        "input_example": given.get("input_example"),
        "signature": given.get("signature"),
    }
    given["input_example"] = as_arrays(given.get("input_example"))
    calls.save(FLAVOR, pytorch_model, path, options, **given)


def log_model(
    pytorch_model: Any,
    artifact_path: str | None = None,
    *,
    serialization_format: str | None = None,
    export_model: bool = False,
    pickle_module: ModuleType | None = None,
    save_options: Mapping[str, Any] | None = None,
    **given: Unpack[calls.Logging],
) -> ModelInfo:
    """Log a module; otherwise as `save_model`."""
    options = {
        "serialization_format": EXPORTED if export_model else serialization_format,
        "pickle_module": pickle_module,
        "save_options": save_options,
        "input_example": given.get("input_example"),
        "signature": given.get("signature"),
    }
    given["input_example"] = as_arrays(given.get("input_example"))
    return calls.log(FLAVOR, pytorch_model, artifact_path, options, **given)


def load_model(
    model_uri: str,
    dst_path: str | os.PathLike[str] | None = None,
    **load_options: Any,
) -> Any:
    """The module at a URI or in a folder, ready to predict.

    dst_path      where downloaded files go; a temporary folder, where it is missing
    load_options  further arguments of torch.load, such as map_location
    """
    return loading.load(PytorchFlavor(load_options), model_uri, dst_path)
