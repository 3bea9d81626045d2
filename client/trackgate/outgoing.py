"""One HTTP request, before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests


class Readable(Protocol):
    """A body that is read in blocks until it gives an empty one."""

    def read(self, amount: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One HTTP request.

    body        bytes, or what makes the body anew for each attempt
    size        length of the body in bytes
    signed      the URL carries its own proof: no password goes along
    repeatable  it does no harm when it arrives twice
    stream      leave the answer's body unread
    """

    method: str
    url: str
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | Callable[[], Readable] | None = None
    size: int = 0
    signed: bool = False
    repeatable: bool = True
    stream: bool = False

    @property
    def place(self) -> str:
        """What was asked for, without the query and without a signature."""
        parts = urlsplit(self.url)
        path = "/signed/…" if self.signed else parts.path
        return f"{parts.scheme}://{parts.netloc}{path}"

    def prepared(self, authorization: str | None) -> requests.PreparedRequest:
        """The request as `requests` sends it, with its body at the beginning."""
        headers = dict(self.headers)
        if authorization is not None and not self.signed:
            headers["Authorization"] = authorization
        request = requests.Request(
            self.method, self.url, headers=headers, params=self.query
        ).prepare()
        if self.body is not None:
            # Set by hand: `requests` would send an empty file in chunks.
            made: Any = self.body() if callable(self.body) else self.body
            request.body = made
            request.headers["Content-Length"] = str(self.size)
        return request
