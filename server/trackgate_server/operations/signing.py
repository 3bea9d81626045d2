"""Signed URLs: permission to send or fetch one file, or one part of it, for a while.

The stock client uses such URLs without its password, so the URL itself carries who
asked for it, what it is good for, and until when, under the server's signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Literal

import msgspec
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import PermissionDenied

from trackgate_server.identity import LOCAL, Identity
from trackgate_server.operations.artifact_owners import OwnerRef
from trackgate_server.operations.scope import Scope
from trackgate_server.store import people

URL_LIFETIME_S = 3_600
PART_LIFETIME_S = 24 * 3_600
LONGEST_LIFETIME_S = 7 * 24 * 3_600

Method = Literal["GET", "PUT"]

_FOLDER = "/signed/"
_SIGNATURE_BYTES = 32


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """What one URL is good for.

    method     GET (and HEAD) or PUT
    user       who asked for it; None on a bare server
    expires_s  seconds since 1970
    owner, path        a file among a run's or logged model's artifacts, or
    upload_id, number  a part of an upload
    """

    method: Method
    user: str | None
    expires_s: int
    owner: OwnerRef | None = None
    path: str = ""
    upload_id: str = ""
    number: int = 0


# Made once, by one thread: see `trackgate_wire.codec.prepare`.
_grants = msgspec.json.Decoder(Grant)


def url(scope: Scope, grant: Grant) -> str:
    """The absolute URL that carries `grant`."""
    prefix = scope.services.settings.static_prefix
    token = _token(scope.services.signing_key, grant)
    return f"{scope.origin}{prefix}{_FOLDER}{token}"


def token_in(path: str) -> str:
    """The token in the path of a signed URL; "" where there is none."""
    return path.partition(_FOLDER)[2]


def read(scope: Scope, token: str, method: str) -> Grant:
    """What a token permits; raises PermissionDenied unless that is `method`, now."""
    grant = _verified(scope.services.signing_key, token)
    if grant.method != ("GET" if method == "HEAD" else method):
        raise PermissionDenied(f"This URL is good for {grant.method}, not {method}.")
    if grant.expires_s * 1_000 < scope.now_ms:
        raise PermissionDenied("This URL has expired; ask the server for a new one.")
    return grant


def holder(scope: Scope, grant: Grant) -> Identity:
    """Whom the URL was made for; raises PermissionDenied if they may no longer."""
    needed = Access.READ if grant.method == "GET" else Access.WRITE
    caller = _known(scope, grant.user)
    if caller.access < needed:
        raise PermissionDenied(
            f"This URL was made for {caller.name}, who may no longer use it."
        )
    return caller


def _known(scope: Scope, user: str | None) -> Identity:
    if user is not None:
        role = scope.services.database.read(lambda db: people.find_role(db, user))
        return Identity(user, role)
    # Made by a bare server for its owner; behind a proxy everybody has a name.
    return Identity(None, None) if scope.services.settings.behind_proxy else LOCAL


def _token(key: bytes, grant: Grant) -> str:
    payload = msgspec.json.encode(grant)
    return base64.urlsafe_b64encode(_sign(key, payload) + payload).decode()


def _verified(key: bytes, token: str) -> Grant:
    try:
        raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except ValueError as error:
        raise _forged() from error
    signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(key, payload)):
        raise _forged()
    try:
        return _grants.decode(payload)
    except msgspec.ValidationError as error:
        raise PermissionDenied(
            "This URL was made by another version of the server; ask for a new one."
        ) from error


def _sign(key: bytes, payload: bytes) -> bytes:
    return hmac.new(key, b"url\0" + payload, hashlib.sha256).digest()


def _forged() -> PermissionDenied:
    return PermissionDenied("This URL does not carry the server's signature.")
