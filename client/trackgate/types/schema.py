"""What schemas are made of, under the name of MLflow's module."""

from trackgate.models.column_types import (
    AnyType,
    Array,
    DataType,
    Map,
    Object,
    Property,
)
from trackgate.models.params import ParamSchema, ParamSpec
from trackgate.models.schema import ColSpec, Schema, TensorSpec

__all__ = [
    "AnyType",
    "Array",
    "ColSpec",
    "DataType",
    "Map",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "TensorSpec",
]
