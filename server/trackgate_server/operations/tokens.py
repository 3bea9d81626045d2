"""Signed page tokens: a place in a search, good for that search only."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import msgspec
from trackgate_wire.errors import InvalidParameterValue

_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """Tokens for the pages of one search, both ways.

    key     the server's, to sign with
    search  what is searched for, in which order; a plain value
    """

    key: bytes
    search: object

    def make(self, place: object | None) -> str | None:
        """A token for the page behind `place`, a plain value; None where none is."""
        if place is None:
            return None
        payload = msgspec.msgpack.encode(place)
        return base64.urlsafe_b64encode(self._sign(payload) + payload).decode()

    def read(self, token: str | None) -> Any:
        """The place a token stands for; None without one.

        Raises InvalidParameterValue for a token that was not made for this search.
        """
        if not token:
            return None
        try:
            raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except ValueError as error:
            raise _refused() from error
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(payload)):
            raise _refused()
        return msgspec.msgpack.decode(payload)

    def _sign(self, payload: bytes) -> bytes:
        about = msgspec.json.encode(self.search)
        digest = hmac.new(self.key, b"page\0" + about + b"\0" + payload, hashlib.sha256)
        return digest.digest()[:_SIGNATURE_BYTES]


def _refused() -> InvalidParameterValue:
    return InvalidParameterValue(
        "Invalid page token: it was not given out for this search. Use the"
        " next_page_token of the page before, with the same filter and order."
    )
