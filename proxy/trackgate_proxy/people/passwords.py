"""Passwords: made, judged, hashed, compared."""

from __future__ import annotations

import secrets
from typing import Protocol, cast

from passlib.context import (  # pyright: ignore[reportMissingTypeStubs] - it has none
    CryptContext,
)

from trackgate_proxy.people.htpasswd import PeopleError

RANDOM_BYTES = 16
MIN_BYTES = 12
# bcrypt reads no further: of a longer one the rest would not count.
MAX_BYTES = 72
# 50 ms a hash; the proxy's verdict cache keeps that off the way of most requests.
DEFAULT_COST = 10
# The one strong scheme that both glibc's and musl's crypt() know.
_PREFIX = "$2y$"


def make_password() -> str:
    """128 random bits, as 22 characters of base64url."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def require_password(password: str) -> str:
    """The password itself. Raises PeopleError unless clients can send it safely.

    Only printable ASCII: clients do not agree on the encoding of anything else.
    """
    if not all(" " <= character <= "~" for character in password):
        raise PeopleError("A password may hold printable ASCII characters only.")
    if not MIN_BYTES <= len(password) <= MAX_BYTES:
        raise PeopleError(
            f"The password has {len(password)} characters; {MIN_BYTES} to {MAX_BYTES} "
            "are allowed."
        )
    return password


def hash_password(password: str, cost: int = DEFAULT_COST) -> str:
    """The bcrypt hash of an allowed password, as Nginx reads it.

    cost  binary logarithm of the rounds, 4 to 31
    """
    hashed = _hasher(cost).hash(require_password(password))
    if not hashed.startswith(_PREFIX):
        raise RuntimeError(f"The hasher made a {hashed[:4]} hash instead of {_PREFIX}.")
    return hashed


def matches(password: str, hashed: str) -> bool:
    """Whether the password is the one that was hashed."""
    hasher = _hasher(DEFAULT_COST)
    if hasher.identify(hashed) is None or len(password) > MAX_BYTES:
        return False
    return hasher.verify(password, hashed)


class _Hasher(Protocol):
    """What is used of passlib's CryptContext, which carries no types."""

    def hash(self, secret: str) -> str: ...
    def verify(self, secret: str, hash: str) -> bool: ...
    def identify(self, hash: str) -> str | None: ...


def _hasher(cost: int) -> _Hasher:
    context = CryptContext(
        schemes=["bcrypt"],
        bcrypt__ident="2y",
        bcrypt__rounds=cost,
        bcrypt__truncate_error=True,
    )
    return cast("_Hasher", context)
