"""The files of a PyTorch model's data folder."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.flavors.libraries import library
from trackgate.models import libraries
from trackgate.models.permission import require_for_code

_PICKLED = "model.pth"
_EXPORTED = "model.pt2"
_UNPICKLER_FILE = "pickle_module_info.txt"
# The module that unpickles what cloudpickle wrote; it is there everywhere.
UNPICKLER = "pickle"
# Those that the stock client names, and cloudpickle, whose unpickler is pickle's.
_SAME_AS_PICKLE = ("mlflow.pytorch.pickle_module", "cloudpickle", UNPICKLER)


def write_pickled(
    model: Any, data: Path, pickle_module: Any, save_options: Mapping[str, Any]
) -> str:
    """Write a module's pickle, or its script; the name of what unpickles it."""
    torch = library("torch")
    unpickler = pickle_module.__name__ if pickle_module else UNPICKLER
    (data / _UNPICKLER_FILE).write_text(unpickler, encoding="utf-8")
    path = str(data / _PICKLED)
    if isinstance(model, torch.jit.ScriptModule):
        torch.jit.save(model, path)
    else:
        pickler = pickle_module or _cloudpickle()
        torch.save(model, path, pickle_module=pickler, **save_options)
    return unpickler


def write_exported(model: Any, data: Path, example: Any, signature: Any) -> None:
    """Write a module's graph, which is traced by computing an example.

    example    one array or tensor for each input; their sizes become fixed except
               the first, or those that the signature leaves open

    Raises InvalidParameterValue without such an example, or for a scripted module.
    """
    torch = library("torch")
    if isinstance(model, torch.jit.ScriptModule):
        raise InvalidParameterValue("A scripted module cannot be saved as pt2.")
    inputs = _tensors(example)
    sizes = _open_sizes(signature, inputs)
    program = torch.export.export(model, inputs, dynamic_shapes=sizes)
    torch.export.save(program, str(data / _EXPORTED))


def read(data: Path, load_options: Mapping[str, Any]) -> Any:
    """The module that a data folder holds, or that a single file is.

    Raises PermissionDenied where loading such files is forbidden.
    """
    # An exported graph holds pickles too.
    require_for_code("saved by PyTorch")
    exported = data / _EXPORTED
    if exported.exists():
        return library("torch").export.load(str(exported)).module()
    torch = library("torch")
    given = {"weights_only": False, **load_options}
    if "map_location" not in given and not torch.cuda.is_available():
        given["map_location"] = "cpu"
    path = data / _PICKLED if data.is_dir() else data
    if _is_script(path):
        module = torch.jit.load(str(path), map_location=given.get("map_location"))
    else:
        given.setdefault("pickle_module", _unpickler(data))
        module = torch.load(str(path), **given)
    module.eval()
    return module


def as_arrays(example: Any) -> Any:
    """An input example whose tensors are arrays; anything else is left as it is."""
    if example is None or not isinstance(example, library("torch").Tensor):
        return example
    return example.detach().cpu().numpy()


def is_exported(module: Any) -> bool:
    """Whether it is a traced graph, whose tensors stay where they were saved."""
    return isinstance(module, library("torch").fx.GraphModule)


def _is_script(path: Path) -> bool:
    """Whether a file holds code of TorchScript, as no pickle does."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _unpickler(data: Path) -> ModuleType:
    file = data / _UNPICKLER_FILE
    name = file.read_text(encoding="utf-8").strip() if file.exists() else UNPICKLER
    if name in _SAME_AS_PICKLE:
        return pickle
    try:
        return import_module(name)
    except ImportError as error:
        raise NotFound(
            f"The model was pickled by the module {name!r}, which is not here: {error}"
        ) from error


def _cloudpickle() -> ModuleType:
    """cloudpickle under the names that torch.save looks for."""
    made = ModuleType("trackgate_cloudpickle")
    vars(made).update(
        Pickler=libraries.load("cloudpickle").CloudPickler, Unpickler=pickle.Unpickler
    )
    return made


def _tensors(example: Any) -> tuple[Any, ...]:
    torch, numpy = library("torch"), libraries.load("numpy")
    known = numpy.ndarray, torch.Tensor
    given: Sequence[Any] = (example,) if isinstance(example, known) else example or ()
    if not given or not all(isinstance(one, known) for one in given):
        raise InvalidParameterValue(
            "To be saved as pt2, a model is traced with its input_example, which must"
            " be an array or a tensor, or a list of them."
        )
    return tuple(
        torch.from_numpy(numpy.require(one, requirements="W"))
        if isinstance(one, numpy.ndarray)
        else one
        for one in given
    )


def _open_sizes(signature: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    auto = library("torch").export.Dim.AUTO
    shapes = _shapes(signature) or [(-1,)] * len(inputs)
    if len(shapes) != len(inputs):
        raise InvalidParameterValue(
            f"The signature has {len(shapes)} inputs, the example {len(inputs)}."
        )
    return tuple(
        {axis: auto for axis, size in enumerate(shape) if size == -1}
        for shape in shapes
    )


def _shapes(signature: Any) -> list[tuple[int, ...]]:
    """The shapes of a signature's tensors; empty where it has none."""
    inputs = getattr(signature, "inputs", None)
    if inputs is None or not inputs.is_tensor_spec():
        return []
    return [tuple(one.shape) for one in inputs.inputs]
