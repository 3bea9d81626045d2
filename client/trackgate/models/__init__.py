"""Models as folders: packaged, logged, registered, loaded back anywhere.

Nothing here is loaded before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackgate.lazily import loader as _loader

if TYPE_CHECKING:
    from trackgate.models.column_types import (
        AnyType,
        Array,
        DataType,
        Map,
        Object,
        Property,
    )
    from trackgate.models.mlmodel import Model, get_model_info
    from trackgate.models.model_info import ModelInfo
    from trackgate.models.packaging import Packaging
    from trackgate.models.params import ParamSchema, ParamSpec
    from trackgate.models.schema import ColSpec, Schema, TensorSpec
    from trackgate.models.signature import ModelSignature, infer_signature
    from trackgate.models.signature_updates import set_signature

__all__ = [
    "AnyType",
    "Array",
    "ColSpec",
    "DataType",
    "Map",
    "Model",
    "ModelInfo",
    "ModelSignature",
    "Object",
    "Packaging",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "TensorSpec",
    "get_model_info",
    "infer_signature",
    "set_signature",
]

_HOMES = {
    "column_types": ("AnyType", "Array", "DataType", "Map", "Object", "Property"),
    "mlmodel": ("Model", "get_model_info"),
    "model_info": ("ModelInfo",),
    "packaging": ("Packaging",),
    "params": ("ParamSchema", "ParamSpec"),
    "schema": ("ColSpec", "Schema", "TensorSpec"),
    "signature_updates": ("set_signature",),
    "signature": ("ModelSignature", "infer_signature"),
}
__getattr__ = _loader(__name__, _HOMES, {"signature"})


def __dir__() -> list[str]:
    return sorted(__all__)
