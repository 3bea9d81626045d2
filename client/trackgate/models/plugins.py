"""Flavors that are installed: entry points of the group `trackgate.flavors`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from trackgate.errors import InvalidParameterValue
from trackgate.models.flavor import GROUP, Flavor


def find(name: str) -> Flavor:
    """The flavor of that name; raises InvalidParameterValue where there is none."""
    point = _points().get(name)
    if point is None:
        known = ", ".join(sorted(_points())) or "none"
        raise InvalidParameterValue(f"There is no flavor {name!r}; there are {known}.")
    flavor: Flavor = point.load()
    return flavor


def for_loader(loader_module: str) -> Flavor | None:
    """The flavor that loads what that module of the stock client loads."""
    # By the name first: to load all of them would be slow.
    guess = loader_module.rpartition(".")[2]
    if guess in _points() and find(guess).loader_module == loader_module:
        return find(guess)
    every = (find(name) for name in _points() if loader_module.startswith("mlflow."))
    return next((one for one in every if one.loader_module == loader_module), None)


@cache
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
