"""Artifact URIs and paths: where they lead, and that they lead nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from trackgate_wire import rules
from trackgate_wire.artifacts import SCHEME, FileInfo

from trackgate.errors import InvalidParameterValue, NotImplementedHere

_RUNS = "runs:/"
_STORE = f"{SCHEME}:/"


def join(*parts: str | None) -> str:
    """A checked relative path from parts that may be empty or missing."""
    return "/".join(
        segment for part in parts for segment in rules.artifact_segments(part or "")
    )


def split_folder(path: str) -> tuple[str, str]:
    """The folder ("" at the top) and the name of a relative path."""
    folder, _, name = path.rpartition("/")
    return folder, name


def run_in(uri: str) -> tuple[str, str] | None:
    """Run id and path of a `runs:/RUN/PATH` URI; None for other URIs."""
    if not uri.startswith(_RUNS):
        return None
    run_id, _, path = uri.removeprefix(_RUNS).lstrip("/").partition("/")
    rules.check_run_id(run_id)
    return run_id, join(path)


def store_path(uri: str, server: str) -> str:
    """The path in the server's artifact store that a `mlflow-artifacts:` URI names.

    server  the tracking URI; a URI may name its host, and no other

    Raises NotImplementedHere for locations elsewhere, such as `s3://`.
    """
    parts = urlsplit(uri)
    if parts.scheme != SCHEME:
        raise NotImplementedHere(
            f"The artifacts are at {uri!r}, outside of the tracking server; this client"
            f" reads and writes '{_STORE}…' only."
        )
    if parts.netloc and parts.netloc != urlsplit(server).netloc:
        raise InvalidParameterValue(
            f"{uri!r} names the host {parts.netloc!r}, which is not the tracking"
            f" server's; use '{_STORE}…' without a host."
        )
    # Not the parsed path: '#' and '?' are ordinary letters of a file's name.
    after = uri.removeprefix(f"{SCHEME}:").removeprefix(f"//{parts.netloc}")
    return join(after.lstrip("/"))


def names_in(listing: Sequence[FileInfo], folder: str) -> list[FileInfo]:
    """A listing whose names may become files here; raises InvalidParameterValue.

    A server that is not to be trusted could name files outside of the folder
    (CVE-2023-6976, CVE-2024-0520).
    """
    for info in listing:
        if len(rules.artifact_segments(info.path)) != 1:
            raise InvalidParameterValue(
                f"The server lists {rules.shown(info.path)} in the folder"
                f" {rules.shown(folder)}, which is not the name of a file in it."
            )
    return list(listing)
