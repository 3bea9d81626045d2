"""Every JSON call of the protocol, in one list."""

from __future__ import annotations

from typing import Any, TypeGuard

from trackgate_wire import (
    artifacts,
    datasets,
    experiments,
    logged_models,
    metrics,
    model_versions,
    registered_models,
    runs,
    server,
)
from trackgate_wire.endpoint import Endpoint

_MODULES = (
    experiments,
    runs,
    metrics,
    datasets,
    artifacts,
    logged_models,
    registered_models,
    model_versions,
    server,
)


def _is_endpoint(value: object) -> TypeGuard[Endpoint[Any, Any]]:
    return isinstance(value, Endpoint)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = tuple(
    value
    for module in _MODULES
    for value in vars(module).values()
    if _is_endpoint(value)
)
