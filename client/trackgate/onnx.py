"""Models of ONNX: save, log, load. Their format is ONNX, no pickle."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from trackgate.flavors import calls
from trackgate.flavors.onnx_flavor import OnnxFlavor
from trackgate.models import loading

if TYPE_CHECKING:
    from trackgate.models.model_info import ModelInfo

FLAVOR = OnnxFlavor()


def save_model(
    onnx_model: Any,
    path: str | os.PathLike[str],
    *,
    onnx_execution_providers: Sequence[Any] | None = None,
    onnx_session_options: Mapping[str, Any] | None = None,
    save_as_external_data: bool = True,
    save_options: Mapping[str, Any] | None = None,
    **given: Unpack[calls.Saving],
) -> None:
    """Save a model into a new folder.

    onnx_execution_providers  what computes it, names or pairs of a name and options,
                              the favourite first; CUDA and the CPU, where it is missing
    onnx_session_options      intra_op_num_threads, inter_op_num_threads,
                              execution_mode, graph_optimization_level or
                              extra_session_config
    save_as_external_data     put large tensors into a file of their own
    save_options              further arguments of onnx.save_model
    """
    options = {
        "onnx_execution_providers": onnx_execution_providers,
        "onnx_session_options": onnx_session_options,
        "save_as_external_data": save_as_external_data,
        "save_options": save_options,
    }
    calls.save(FLAVOR, onnx_model, path, options, **given)


def log_model(
    onnx_model: Any,
    artifact_path: str | None = None,
    *,
    onnx_execution_providers: Sequence[Any] | None = None,
    onnx_session_options: Mapping[str, Any] | None = None,
    save_as_external_data: bool = True,
    save_options: Mapping[str, Any] | None = None,
    **given: Unpack[calls.Logging],
) -> ModelInfo:
    """Log a model; otherwise as `save_model`."""
    options = {
        "onnx_execution_providers": onnx_execution_providers,
        "onnx_session_options": onnx_session_options,
        "save_as_external_data": save_as_external_data,
        "save_options": save_options,
    }
    return calls.log(FLAVOR, onnx_model, artifact_path, options, **given)


def load_model(model_uri: str, dst_path: str | os.PathLike[str] | None = None) -> Any:
    """The ModelProto at a URI or in a folder, checked.

    dst_path  where downloaded files go; a temporary folder, where it is missing
    """
    return loading.load(FLAVOR, model_uri, dst_path)
