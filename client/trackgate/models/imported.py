"""The distributions that a saved model needs, pinned as they are installed here."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from importlib.metadata import version as installed_version
from pathlib import Path

from trackgate.models import libraries
from trackgate.models.requirement_files import normalized

_logger = logging.getLogger("trackgate")
_TIMEOUT_S = 120
# Never a model's requirement: the caller brings it, or the environment.
_LEFT_OUT = frozenset({"trackgate", "mlflow", "mlflow-skinny", "setuptools", "pip"})
# Pickled arrays and frames depend on the versions of these, so they are pinned even
# where others bring them.
_KEPT = frozenset({"numpy", "pandas", "scipy"})


def requirements_of(folder: Path, least: Sequence[str]) -> list[str]:
    """Pinned requirements of the model in a folder, sorted.

    least  distributions that its flavor needs in any case

    Loads the model in a process of its own and predicts its input example there,
    which takes as long as importing its libraries. Where that fails, `least` is all,
    with a warning.
    """
    try:
        modules = _modules_imported(folder)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        _logger.warning(
            "What the model imports was not found out, so its requirements are only"
            " %s: %s",
            ", ".join(least) or "none",
            _reason(error),
        )
        modules = []
    needed = {*map(normalized, least)}
    found = needed | _without_brought(needed | {*_distributions(modules)})
    return sorted(filter(None, map(pinned, found - _LEFT_OUT)))


def pinned(name: str) -> str | None:
    """`name==version` as installed; None where it is not.

    A local version, such as `+cpu`, is left out: no index has it.
    """
    try:
        return f"{name}=={installed_version(name).partition('+')[0]}"
    except PackageNotFoundError:
        return None


def _modules_imported(folder: Path) -> list[str]:
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-m", "trackgate.models.import_probe", str(folder)],
        input=json.dumps([entry or "." for entry in sys.path]),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=True,
    )
    modules: list[str] = json.loads(done.stdout)
    return modules


def _distributions(modules: Iterable[str]) -> Iterator[str]:
    known = packages_distributions()
    for module in modules:
        for name in known.get(module, []):
            yield normalized(name)


def _without_brought(names: set[str]) -> set[str]:
    """Without those that come along with others."""
    brought = {other for name in names for other in _brought_by(name) if other != name}
    return names - (brought - _KEPT)


def _brought_by(name: str) -> set[str]:
    """All that a distribution requires, and what that requires."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        new = set(_required_by(waiting.pop())) - seen
        seen |= new
        waiting.extend(new)
    return seen


def _required_by(name: str) -> Iterator[str]:
    try:
        written = requires(name) or []
    except PackageNotFoundError:
        return
    packaging = libraries.load("packaging.requirements")
    for text in written:
        try:
            requirement = packaging.Requirement(text)
        except packaging.InvalidRequirement:
            continue
        marker = requirement.marker
        if marker is None or marker.evaluate({"extra": ""}):
            yield normalized(requirement.name)


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = str(error.stderr).strip().splitlines()
        return lines[-1] if lines else str(error)
    return str(error)
