"""Packages whose names are loaded when they are first used (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module

Lookup = Callable[[str], object]


def loader(
    package: str, homes: Mapping[str, Sequence[str]], modules: Collection[str] = ()
) -> Lookup:
    """What a package sets as its `__getattr__`.

    homes    modules of the package, and the names that each provides
    modules  further modules that are reached as attributes

    A name that was found once is an ordinary attribute from then on. Raises
    AttributeError for any other.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def find(name: str) -> object:
        if name in modules:
            return import_module(f"{package}.{name}")
        home = home_of.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{package}.{home}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return find
