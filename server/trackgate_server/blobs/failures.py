"""What the file system refuses, as answers of the protocol."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager

from trackgate_wire.errors import (
    InvalidParameterValue,
    NotFound,
    TemporarilyUnavailable,
)

from trackgate_server.blobs.place import Place

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# Linux answers ENOTDIR where O_DIRECTORY meets a link it must not follow.
_NO_FOLDER = frozenset({errno.ENOTDIR, errno.ELOOP})
_FOLDER = frozenset({errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY})


@contextmanager
def reading(place: Place) -> Generator[None]:
    """Turn errors of looking for `place` into NotFound or InvalidParameterValue."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOENT or error.errno in _NO_FOLDER:
            raise NotFound(f"No such artifact: {place.shown}.") from error
        raise _common(place, error) from error


@contextmanager
def writing(place: Place) -> Generator[None]:
    """Turn errors of storing at `place` into answers that name what is in the way."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_FOLDER:
            raise InvalidParameterValue(
                f"Cannot store {place.shown}: {error.filename!r} on its way is a file,"
                " not a folder."
            ) from error
        raise _common(place, error) from error


@contextmanager
def room() -> Generator[None]:
    """Turn a full disk into an answer that a client retries on."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full() from error
        raise


def _common(place: Place, error: OSError) -> Exception:
    if error.errno in _FULL:
        return _full()
    if error.errno in _FOLDER:
        return InvalidParameterValue(
            f"Artifact path {place.shown} is a folder, not a file."
        )
    if error.errno == errno.ENAMETOOLONG:
        return InvalidParameterValue(
            f"Artifact path {place.shown} has a name that is too long for the"
            " server's file system."
        )
    return error


def _full() -> TemporarilyUnavailable:
    return TemporarilyUnavailable(
        "The artifact store's disk is full; nothing was stored. Try again once an"
        " admin has made room."
    )
