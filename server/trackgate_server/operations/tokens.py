"""Signed page tokens: a place in a search, good for that search only."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import msgspec
from trackgate_wire.errors import InvalidParameterValue

_SIGNATURE_BYTES = 16


def make(key: bytes, search: object, place: object) -> str:
    """A token for the page behind `place` of `search`, both plain values."""
    payload = msgspec.msgpack.encode(place)
    return base64.urlsafe_b64encode(_sign(key, search, payload) + payload).decode()


def read(key: bytes, search: object, token: str | None) -> Any:
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
    if not hmac.compare_digest(signature, _sign(key, search, payload)):
        raise _refused()
    return msgspec.msgpack.decode(payload)


def _sign(key: bytes, search: object, payload: bytes) -> bytes:
    about = msgspec.json.encode(search)
    digest = hmac.new(key, b"page\0" + about + b"\0" + payload, hashlib.sha256)
    return digest.digest()[:_SIGNATURE_BYTES]


def _refused() -> InvalidParameterValue:
    return InvalidParameterValue(
        "Invalid page token: it was not given out for this search. Use the"
        " next_page_token of the page before, with the same filter and order."
    )
