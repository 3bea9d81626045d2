"""An endpoint is a value: what the server binds, the client calls, the docs list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, Literal, TypeVar

import msgspec


class Access(IntEnum):
    """What a caller must be allowed to do; each level includes the ones below.

    OPEN   answers anybody, without a password
    READ   sees (role viewer)
    WRITE  also creates and changes (role editor)
    ADMIN  also manages people, purges and sees the server's state (role admin)
    """

    OPEN = 0
    READ = 1
    WRITE = 2
    ADMIN = 3


ROLES: dict[str, Access] = {
    "viewer": Access.READ,
    "editor": Access.WRITE,
    "admin": Access.ADMIN,
}

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

# Stock clients take one of these for each call; every endpoint answers under all.
ROOTS = ("/api/2.0/", "/api/3.0/", "/ajax-api/2.0/", "/ajax-api/3.0/")


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request or an answer. Fields at their default are not written."""


class Empty(Message, frozen=True):
    """`{}`"""


RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[RequestT, ResponseT]):
    """One call of the protocol.

    method    the method our client uses; `also` lists others that are answered
    path      below the roots, such as "mlflow/runs/log-metric"
    request   shape of the query string (GET) or the JSON body (all others)
    response  shape of the JSON answer
    access    what the caller must be allowed to do
    aliases   further absolute paths it answers at
    """

    method: Method
    path: str
    request: type[RequestT]
    response: type[ResponseT]
    access: Access
    also: tuple[Method, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def methods(self) -> tuple[Method, ...]:
        """Every method it answers."""
        return (self.method, *self.also)

    @property
    def url(self) -> str:
        """The path our client calls."""
        return ROOTS[0] + self.path

    @property
    def urls(self) -> tuple[str, ...]:
        """Every absolute path it answers at."""
        return (*(root + self.path for root in ROOTS), *self.aliases)
