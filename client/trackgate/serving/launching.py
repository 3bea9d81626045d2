"""From a model's URI to a process that has only its files.

The URI is fetched here, with this program's credentials; what runs the model's code
gets a folder, and an environment without them.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from trackgate.environments.building import without_ours
from trackgate.models.fetching import fetch


@dataclass(frozen=True, slots=True)
class FetchedModel:
    """A model's files on this machine.

    folder   has the MLmodel file
    scratch  the temporary folder to remove with it; None where the files are others'
    """

    folder: Path
    scratch: Path | None = None

    def discard(self) -> None:
        """Remove what was downloaded."""
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


def fetch_model(uri: str) -> FetchedModel:
    """The files of a model; local ones are used where they are.

    Raises what `models.fetching.fetch` does.
    """
    scratch = Path(tempfile.mkdtemp(prefix="trackgate-model-"))
    try:
        folder = fetch(uri, scratch)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    if folder.resolve().is_relative_to(scratch.resolve()):
        return FetchedModel(folder, scratch)
    scratch.rmdir()
    return FetchedModel(folder)


def become(python: Path, job: str, options: Mapping[str, object]) -> NoReturn:
    """Go on as the process that holds the model; signals reach it directly.

    python   interpreter of the model's environment
    options  of `python -m trackgate.serving JOB`; None is left out
    """
    sys.stdout.flush()
    sys.stderr.flush()
    command = [str(python), *_arguments(job, options)]
    os.execve(python, command, without_ours(os.environ))  # noqa: S606


def _arguments(job: str, options: Mapping[str, object]) -> Sequence[str]:
    # With -P, modules of the folder one happens to be in are not imported.
    fixed = ["-P", "-m", "trackgate.serving", job]
    given = [
        f"--{name.replace('_', '-')}={value}"
        for name, value in options.items()
        if value is not None
    ]
    return [*fixed, *given]
