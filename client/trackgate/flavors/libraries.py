"""A flavor's library is imported when a model is saved, loaded or asked."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Any

from trackgate.errors import InvalidState


class LibraryMissing(InvalidState, ImportError):
    """A flavor's library is not installed; the message names it."""


def library(module: str, distribution: str | None = None) -> Any:
    """The module, imported now.

    distribution  what to install, where it has another name than the module

    Raises LibraryMissing where it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        # One that the library itself misses is another matter, and says so itself.
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        top = module.partition(".")[0]
        wanted = distribution or top
        raise LibraryMissing(
            f"This needs {top}, which is not installed here: pip install {wanted}"
        ) from error


def distribution_of(module: str) -> str:
    """The distribution that a module comes from here: its namesake, or a variant.

    Such as xgboost-cpu, or onnxruntime-gpu.
    """
    try:
        version(module)
    except PackageNotFoundError:
        return packages_distributions().get(module, [module])[0]
    return module
