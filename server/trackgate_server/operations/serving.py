"""Which function serves which endpoint, and what transaction it wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from trackgate_wire.endpoint import Endpoint, Message

from trackgate_server.operations.scope import Scope

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)
Path = ParamSpec("Path")

Wants = Literal["read", "write", "single", "none"]
"""read: one consistent state; write: all or nothing; single: one statement that may
be sent twice, so that it needs no transaction around it; none: the operation opens
its own, because it shares one with other callers or does slow things in between."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A served endpoint."""

    endpoint: Endpoint[Any, Any]
    function: Callable[..., Message]
    wants: Callable[[Any], Wants]


OPERATIONS: dict[Endpoint[Any, Any], Operation] = {}


def serves(
    endpoint: Endpoint[RequestT, ResponseT],
    wants: Wants | Callable[[RequestT], Wants] = "read",
) -> Callable[
    [Callable[Concatenate[Scope, RequestT, Path], ResponseT]],
    Callable[Concatenate[Scope, RequestT, Path], ResponseT],
]:
    """Declare the function that serves `endpoint`.

    It is called with the scope, the decoded request, and the URL's own parts.
    """
    choose = wants if callable(wants) else _always(wants)

    def register(
        function: Callable[Concatenate[Scope, RequestT, Path], ResponseT],
    ) -> Callable[Concatenate[Scope, RequestT, Path], ResponseT]:
        OPERATIONS[endpoint] = Operation(endpoint, function, choose)
        return function

    return register


def _always(wants: Wants) -> Callable[[Any], Wants]:
    def choose(_: Any) -> Wants:
        return wants

    return choose
