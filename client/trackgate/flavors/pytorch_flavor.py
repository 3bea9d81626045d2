"""PyTorch's models as files, and back: pickled, scripted or exported."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.flavors import pytorch_files
from trackgate.flavors.extra_files import copy_extra_files
from trackgate.flavors.libraries import library
from trackgate.models import libraries
from trackgate.models.code_files import inside
from trackgate.models.flavor import Written

_logger = logging.getLogger("trackgate")
_DATA = "data"
PICKLE = "pickle"
EXPORTED = "pt2"
FORMATS = (PICKLE, EXPORTED)


class PytorchPredictor:
    """A module that maps one tensor to one tensor.

    device  where it computes, such as "cpu" or "cuda"
    """

    def __init__(self, module: Any, device: str) -> None:
        self._module = module
        self._device = device

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """The module's output: a table for a table, an array for an array.

        data    a table, which becomes floats of 32 bits; an array keeps its type
        params  further arguments of the module's forward()

        Raises InvalidParameterValue for other data, and for other outputs.
        """
        if params and "device" in params:
            raise InvalidParameterValue(
                "The device is chosen when the model is loaded, not for a prediction."
            )
        torch, pandas = library("torch"), libraries.load("pandas")
        is_table = isinstance(data, pandas.DataFrame)
        with torch.no_grad():
            asked = torch.from_numpy(_as_array(data)).to(self._device)
            output = self._module(asked, **(params or {}))
        if not isinstance(output, torch.Tensor):
            raise InvalidParameterValue(
                f"The model answers with a {type(output).__name__}, not one tensor."
            )
        array = output.to("cpu").numpy()
        return pandas.DataFrame(array, index=data.index) if is_table else array


@dataclass(frozen=True, slots=True)
class PytorchFlavor:
    """The flavor `pytorch`.

    Options: serialization_format ("pickle" or "pt2"), pickle_module, input_example
    (which "pt2" traces), signature, save_options (of torch.save), extra_files.

    load_options  of torch.load, such as map_location
    """

    load_options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def name(self) -> str:
        return "pytorch"

    @property
    def loader_module(self) -> str:
        return "mlflow.pytorch"

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        torch = library("torch")
        if not isinstance(model, torch.nn.Module):
            raise InvalidParameterValue(
                "A model of PyTorch is a torch.nn.Module, not a"
                f" {type(model).__name__}."
            )
        data = folder / _DATA
        data.mkdir()
        pickles = _write(model, data, options)
        return Written(
            config={
                "model_data": _DATA,
                "pytorch_version": str(torch.__version__),
                **copy_extra_files(options, folder),
            },
            data=_DATA,
            pyfunc={"pickle_module_name": pickles, "config": {"device": None}},
            requirements=("torch", "cloudpickle"),
        )

    def read(self, folder: Path, config: Mapping[str, Any]) -> Any:
        torch = library("torch")
        saved_with = config.get("pytorch_version")
        if saved_with and saved_with != str(torch.__version__):
            _logger.warning(
                "The model was saved with torch %s; here is %s.",
                saved_with,
                torch.__version__,
            )
        data = inside(folder, config.get("model_data") or _DATA)
        return pytorch_files.read(data, self.load_options)

    def predictor(self, model: Any, config: Mapping[str, Any]) -> PytorchPredictor:
        device = _device(config)
        if not pytorch_files.is_exported(model):
            model.to(device)
        return PytorchPredictor(model, device)


def _write(model: Any, data: Path, options: Mapping[str, Any]) -> str:
    """Put a module into its folder; the name of the module that unpickles it."""
    chosen = options.get("serialization_format") or PICKLE
    if chosen not in FORMATS:
        raise InvalidParameterValue(
            f"The serialization format {chosen!r} is not one of {', '.join(FORMATS)}."
        )
    if chosen == EXPORTED:
        pytorch_files.write_exported(
            model, data, options.get("input_example"), options.get("signature")
        )
        return pytorch_files.UNPICKLER
    return pytorch_files.write_pickled(
        model, data, options.get("pickle_module"), options.get("save_options") or {}
    )


def _as_array(data: Any) -> Any:
    numpy = libraries.load("numpy")
    if isinstance(data, libraries.load("pandas").DataFrame):
        data = data.to_numpy(dtype=numpy.float32)
    if not isinstance(data, numpy.ndarray):
        raise InvalidParameterValue(
            "A PyTorch model takes a DataFrame or an array, not a"
            f" {type(data).__name__}."
        )
    # pandas gives out arrays that cannot be written, which torch does not share.
    return numpy.require(data, requirements="W")


def _device(config: Mapping[str, Any]) -> str:
    """The one that the caller, the environment or the machine says, in this order."""
    chosen: Mapping[str, Any] = config.get("config") or {}
    wanted = chosen.get("device") or os.environ.get("MLFLOW_DEFAULT_PREDICTION_DEVICE")
    if wanted:
        return str(wanted)
    return "cuda" if library("torch").cuda.is_available() else "cpu"
