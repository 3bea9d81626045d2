"""Which method of the client makes which calls of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from trackgate_wire.endpoint import Endpoint

from trackgate.transport import Connection

MethodT = TypeVar("MethodT", bound=Callable[..., Any])

_MARK = "__trackgate_endpoints__"


def calls(*endpoints: Endpoint[Any, Any]) -> Callable[[MethodT], MethodT]:
    """Note on a method the endpoints it calls, for the docs and the tests."""

    def mark(method: MethodT) -> MethodT:
        setattr(method, _MARK, endpoints)
        return method

    return mark


def endpoints_of(kind: type[object]) -> dict[str, tuple[Endpoint[Any, Any], ...]]:
    """Names of a class's marked methods, with the endpoints of each."""
    return {
        name: getattr(getattr(kind, name), _MARK)
        for name in dir(kind)
        if hasattr(getattr(kind, name), _MARK)
    }


class Calls:
    """What all parts of the client share: the connection they speak through."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
