"""Every JSON call of the protocol, in one list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from trackgate_wire import artifacts, datasets, experiments, metrics, runs, server
from trackgate_wire.endpoint import Endpoint

_MODULES = (experiments, runs, metrics, datasets, artifacts, server)


def _endpoints() -> Iterator[Endpoint[Any, Any]]:
    for module in _MODULES:
        values: list[object] = list(vars(module).values())
        for value in values:
            if isinstance(value, Endpoint):
                yield cast(Endpoint[Any, Any], value)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = tuple(_endpoints())
