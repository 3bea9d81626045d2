"""Rules on names, values and ids that a request must keep.

They are the peer's (MLflow 3.x, `utils/validation.py`), checked by the server and,
where it saves a round trip, by the client. Each check raises
InvalidParameterValue naming the thing, the value and the limit.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from trackgate_wire import limits
from trackgate_wire.errors import InvalidParameterValue

_KEY = re.compile(r"[/\w.\- :]*")
_PLAIN_KEY = re.compile(r"\w[\w\-]*(?:/\w[\w\-]*)*")
_RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")
_EXPERIMENT_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,63}")
# So few characters are never more bytes than a file system takes.
_PLAIN_SEGMENT = re.compile(r"[^\\\x00-\x1f\x7f\ud800-\udfff]{1,63}")
_DOTS = frozenset({".", ".."})
_SHOWN = 80


def shown(value: str) -> str:
    """`value` quoted for a message, cut where it is long."""
    return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")


def check_key(kind: str, key: str) -> None:
    """A metric's, parameter's or run tag's key; `kind` names it in the message.

    Keys may one day be file names, so they must not resolve to another path.
    """
    if _PLAIN_KEY.fullmatch(key) and len(key) <= limits.KEY_LENGTH:
        return
    if not key:
        raise InvalidParameterValue(f"{kind} key is empty; a key must be given.")
    check_length(f"{kind} key", key, limits.KEY_LENGTH)
    if not _KEY.fullmatch(key):
        raise InvalidParameterValue(
            f"{kind} key {shown(key)} has a character that is not allowed; allowed are"
            " letters, digits, underscores, dashes, periods, spaces, colons and"
            " slashes."
        )
    normal = posixpath.normpath(key)
    if normal != key or normal == "." or normal.startswith(("..", "/")):
        raise InvalidParameterValue(
            f"{kind} key {shown(key)} would name another path ({shown(normal)});"
            " it must not contain '..', '//', a leading or a trailing slash."
        )


def check_tag_key(kind: str, key: str, limit: int = limits.KEY_LENGTH) -> None:
    """An experiment tag's key: any text that is not empty."""
    if not key:
        raise InvalidParameterValue(f"{kind} key is empty; a key must be given.")
    check_length(f"{kind} key", key, limit)


def check_length(what: str, value: str, limit: int) -> None:
    """At most `limit` characters, and none that no database can keep."""
    if len(value) > limit:
        raise InvalidParameterValue(
            f"{what} has {len(value)} characters; at most {limit} are allowed:"
            f" {shown(value)}."
        )
    if "\x00" in value:
        raise InvalidParameterValue(
            f"{what} contains the character U+0000, which cannot be stored."
        )


def check_count(what: str, found: int, limit: int) -> None:
    """At most `limit` things in one request."""
    if found > limit:
        raise InvalidParameterValue(
            f"The request has {found} {what}; at most {limit} are allowed in one."
        )


def check_run_id(run_id: str) -> None:
    """Letters, digits, underscores and dashes, at most 256 of them."""
    if not _RUN_ID.fullmatch(run_id):
        raise InvalidParameterValue(
            f"Invalid run ID: {shown(run_id)}. It has letters, digits, '_' and '-'"
            f" only, begins with a letter or digit and is at most"
            f" {limits.RUN_ID_LENGTH} characters long."
        )


def check_experiment_id(experiment_id: str) -> None:
    """Letters, digits, underscores and dashes, at most 64 of them."""
    if not _EXPERIMENT_ID.fullmatch(experiment_id):
        raise InvalidParameterValue(
            f"Invalid experiment ID: {shown(experiment_id)}. It has letters, digits,"
            " '_' and '-' only and is at most 64 characters long."
        )


def check_experiment_name(name: str) -> None:
    """Not empty, at most 500 characters."""
    if not name.strip():
        raise InvalidParameterValue(
            f"Invalid experiment name: {shown(name)}. It must not be empty."
        )
    check_length("Experiment name", name, limits.EXPERIMENT_NAME_LENGTH)


def check_page_size(value: int, largest: int, *, smallest: int = 1) -> None:
    """`max_results` of a search."""
    if not smallest <= value <= largest:
        raise InvalidParameterValue(
            f"Invalid value {value} for parameter 'max_results' supplied: it must be"
            f" at least {smallest} and at most {largest}."
        )


def check_timestamp(what: str, value: int) -> None:
    """Milliseconds since 1970 are not negative."""
    if value < 0:
        raise InvalidParameterValue(
            f"{what} is {value}; timestamps are milliseconds since 1970 and not"
            " negative."
        )


def check_unique(what: str, keys: Sequence[str]) -> None:
    """No key twice in one request."""
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidParameterValue(
            f"Duplicate {what} key in one request: {shown(twice)}."
        )


def artifact_segments(path: str) -> tuple[str, ...]:
    """The names along an artifact's relative path; () for the root.

    One decoding has already happened; nothing here decodes again. Refused are
    absolute paths, empty, '.' and '..' segments, backslashes, control characters
    and segments that no file system takes.
    """
    if path in ("", ".", "/"):
        return ()
    segments = tuple(path.removesuffix("/").split("/"))
    if len(path.encode("utf-8", "surrogatepass")) > limits.PATH_BYTES:
        raise InvalidParameterValue(
            f"Invalid artifact path: it has more than {limits.PATH_BYTES} bytes."
        )
    for segment in segments:
        _check_segment(segment, path)
    return segments


def _check_segment(segment: str, path: str) -> None:
    if _PLAIN_SEGMENT.fullmatch(segment) and segment not in _DOTS:
        return
    reason = None
    if segment == "" or segment in _DOTS:
        reason = f"the segment {segment!r} is not allowed"
    elif "\\" in segment:
        reason = "a backslash is not allowed"
    elif any(ord(letter) < 32 or ord(letter) == 127 for letter in segment):
        reason = "control characters are not allowed"
    elif any(0xD800 <= ord(letter) <= 0xDFFF for letter in segment):
        reason = "it is not valid Unicode"
    elif len(segment.encode()) > limits.PATH_SEGMENT_BYTES:
        reason = f"a segment has more than {limits.PATH_SEGMENT_BYTES} bytes"
    if reason is not None:
        raise InvalidParameterValue(f"Invalid artifact path {shown(path)}: {reason}.")
