"""Which run's artifacts a path in the store means, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from trackgate_wire import rules
from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import InvalidParameterValue, NotFound

from trackgate_server.blobs.place import Place
from trackgate_server.store import runs
from trackgate_server.store.runs import RunRow
from trackgate_server.store.transaction import Transaction

_FOLDER = "artifacts"
_RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")


class Found(NamedTuple):
    """A place, and the run whose artifacts it is among."""

    run: RunRow
    place: Place


def of_run(run: RunRow, path: str) -> Place:
    """The place that a path relative to a run's artifacts names.

    Raises InvalidParameterValue for a path that is none, and for a run whose
    artifacts are in a remote store.
    """
    if not run.artifact_uri.startswith(f"{SCHEME}:"):
        raise InvalidParameterValue(
            f"The artifacts of run {run.uuid} are at {run.artifact_uri}, which the"
            " server does not open. Use a client that has access to that store."
        )
    return Place.within((str(run.experiment), run.uuid, _FOLDER), path)


def by_path(db: Transaction, path: str) -> Found:
    """The place that a path below the store's root names.

    Such paths begin with a run's artifact URI, without its scheme. Whatever the URI,
    a run's bytes lie in a folder of the server's choice. Raises NotFound for a path
    that is no run's, InvalidParameterValue for one that is no path. One statement.
    """
    segments = rules.artifact_segments(path)
    roots = _possible_roots(segments)
    known = {run.uuid: run for run in runs.find_all(db, list(set(roots.values())))}
    for length in sorted(roots, reverse=True):
        run = known.get(roots[length])
        if run is not None and _is_root(run, segments[:length]):
            return Found(run, of_run(run, "/".join(segments[length:])))
    raise NotFound(
        f"No run's artifacts at {rules.shown(path)}. A path begins with the run's"
        f" artifact URI after {SCHEME}:/, as in 0/<run id>/{_FOLDER}/model."
    )


def _possible_roots(segments: Sequence[str]) -> dict[int, str]:
    """How many segments may name a run's artifacts, and the run's id then."""
    return {
        index + 1: segments[index - 1]
        for index, segment in enumerate(segments)
        if segment == _FOLDER and index and _RUN_ID.fullmatch(segments[index - 1])
    }


def _is_root(run: RunRow, segments: Sequence[str]) -> bool:
    return run.artifact_uri == f"{SCHEME}:/" + "/".join(segments)
