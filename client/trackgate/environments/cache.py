"""Environments on disk: built once for the same contents, and kept.

One folder for each, named by a hash of all that goes into it. A file in it says that
it is whole; without that file it is removed and built again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trackgate.settings import Settings

_WHOLE = "whole"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """How an environment is made, and all that it depends on.

    user      what needs it, such as "model"
    contents  two plans with the same contents make the same environment
    build     fills a folder, which does not exist before
    """

    user: str
    contents: Sequence[str]
    build: Callable[[Path], None]

    @property
    def key(self) -> str:
        """The name of its folder."""
        text = json.dumps(self.contents)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def ensure(plan: Plan, cache: Path) -> Path:
    """The folder of an environment, which is built if need be.

    cache  folder of all environments, made for the owner only

    Raises what the plan's `build` does, and leaves nothing behind then.
    """
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = cache / plan.key
    with _locked(cache / f"{plan.key}.lock"):
        if not (folder / _WHOLE).exists():
            _build(plan, folder)
    return folder


def chosen_cache() -> Path:
    """Where environments are kept: where the setting says, else below the home."""
    chosen = Settings.from_environment(os.environ).environments_dir
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path.home() / ".cache" / "trackgate" / "environments"


def _build(plan: Plan, folder: Path) -> None:
    if folder.exists():
        _log.warning("The environment %s was not finished; it is built again.", folder)
        shutil.rmtree(folder)
    _log.warning("Building the %s's environment, this once, in %s", plan.user, folder)
    try:
        plan.build(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    (folder / _WHOLE).touch()


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """One builder at a time; another waits for it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
