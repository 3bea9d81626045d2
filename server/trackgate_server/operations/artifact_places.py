"""Whose artifacts a path in the store means, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from trackgate_wire import rules
from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import NotFound

from trackgate_server.blobs.place import Place
from trackgate_server.operations import artifact_owners
from trackgate_server.operations.artifact_owners import FOLDER, Owner
from trackgate_server.store.transaction import Transaction

_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")


class Found(NamedTuple):
    """A place, and the run or logged model whose artifacts it is among."""

    owner: Owner
    place: Place


def by_path(db: Transaction, path: str) -> Found:
    """The place that a path below the store's root names.

    Such paths begin with an owner's artifact URI, without its scheme. Whatever the
    URI, the bytes lie in a folder of the server's choice. Raises NotFound for a path
    that is nobody's, InvalidParameterValue for one that is no path. One statement;
    two where the path may be a logged model's.
    """
    segments = rules.artifact_segments(path)
    roots = _possible_roots(segments)
    known = artifact_owners.find_all(db, list(set(roots.values())))
    for length in sorted(roots, reverse=True):
        owner = known.get(roots[length])
        if owner is not None and _is_root(owner, segments[:length]):
            return Found(owner, owner.place("/".join(segments[length:])))
    raise NotFound(
        f"No run's or logged model's artifacts at {rules.shown(path)}. A path begins"
        f" with an artifact URI after {SCHEME}:/, as in 0/<run id>/{FOLDER}/model."
    )


def _possible_roots(segments: Sequence[str]) -> dict[int, str]:
    """How many segments may name an owner's artifacts, and the owner's id then."""
    return {
        index + 1: segments[index - 1]
        for index, segment in enumerate(segments)
        if segment == FOLDER and index and _ID.fullmatch(segments[index - 1])
    }


def _is_root(owner: Owner, segments: Sequence[str]) -> bool:
    return owner.artifact_uri == f"{SCHEME}:/" + "/".join(segments)
