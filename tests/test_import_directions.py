"""Imports point one way: the arrows of the house, read off the syntax trees."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
HOMES = {
    "trackgate_wire": PROJECT / "wire",
    "trackgate": PROJECT / "client",
    "trackgate_server": PROJECT / "server",
    "trackgate_proxy": PROJECT / "proxy",
}
# What each of our packages may import of the others.
ARROWS: dict[str, set[str]] = {
    "trackgate_wire": set(),
    "trackgate": {"trackgate_wire"},
    "trackgate_server": {"trackgate_wire"},
    "trackgate_proxy": set(),
}
# Inside the server: http, web -> operations -> store, blobs. What lies lower than the
# next layer may be used too; these lie at the bottom.
BOTTOM = {"filters", "settings", "identity", "version"}
LAYERS: dict[str, set[str]] = {
    "http": {"http", "web", "operations", "store", "blobs", *BOTTOM},
    "web": {"http", "web", "operations", "store", "blobs", *BOTTOM},
    "operations": {"operations", "store", "blobs", *BOTTOM},
    "store": {"store", *BOTTOM},
    "blobs": {"blobs", *BOTTOM},
    "filters": {"filters"},
    "settings": set(),
    "identity": set(),
}
# What a plain install brings; the client's other helpers wait until they are needed.
LIGHT = {
    "trackgate_wire": {"msgspec"},
    "trackgate": {"click", "msgspec", "requests", "urllib3", "trackgate_wire"},
}
# Modules that are only imported once they are needed, and what else they may import.
LATE = {"trackgate.projects.sweeps.guided": {"optuna"}}
# Doors to the outside, which neither the protocol nor its grammar opens.
OUTSIDE = {
    *("asyncio", "http", "importlib", "io", "logging", "multiprocessing", "os"),
    *("pathlib", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys"),
    *("tempfile", "time", "urllib"),
}


@dataclass(frozen=True)
class Import:
    """One imported module and where that stands."""

    file: Path
    line: int
    module: str
    at_import_time: bool

    @property
    def within(self) -> str:
        """The module that it stands in."""
        package = next(home for home in HOMES.values() if home in self.file.parents)
        return ".".join(self.file.relative_to(package).with_suffix("").parts)

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    @property
    def layer(self) -> str:
        """The part of the server that is imported."""
        return self.module.split(".")[1]

    def __str__(self) -> str:
        place = self.file.relative_to(PROJECT)
        return f"{place}:{self.line} imports {self.module}"


def imports(package: str, folder: str = "") -> list[Import]:
    """All that a package's modules import, wherever in the module it stands."""
    home = HOMES[package] / package / folder
    files = [home] if home.is_file() else sorted(home.rglob("*.py"))
    assert files, f"{home} holds no Python"
    return [one for file in files for one in _imports_of(file)]


def _imports_of(file: Path) -> Iterator[Import]:
    tree = ast.parse(file.read_text())
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_typing(node)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in _modules(node):
                yield Import(file, node.lineno, module, id(node) not in late)


def _is_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert node.level == 0, f"relative import in line {node.lineno}"
    module = node.module or ""
    if module in HOMES:
        return [f"{module}.{alias.name}" for alias in node.names]
    return [module]


@pytest.mark.parametrize("package", ARROWS)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    wrong = [
        str(one)
        for one in imports(package)
        if one.top in HOMES and one.top not in {package, *ARROWS[package]}
    ]

    assert wrong == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_of_the_server_imports_only_what_lies_below_it(layer: str) -> None:
    folder = HOMES["trackgate_server"] / "trackgate_server" / layer
    wrong = [
        str(one)
        for one in imports(
            "trackgate_server", layer if folder.is_dir() else f"{layer}.py"
        )
        if one.top == "trackgate_server" and one.layer not in LAYERS[layer]
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("package", "folder"), [("trackgate_wire", ""), ("trackgate_server", "filters")]
)
def test_what_is_pure_opens_no_door(package: str, folder: str) -> None:
    wrong = [str(one) for one in imports(package, folder) if one.top in OUTSIDE]

    assert wrong == []


@pytest.mark.parametrize("package", LIGHT)
def test_importing_the_client_needs_only_what_a_plain_install_brings(
    package: str,
) -> None:
    at_hand = {package, *LIGHT[package], *sys.stdlib_module_names}
    wrong = [
        str(one)
        for one in imports(package)
        if one.at_import_time
        and (one.top not in at_hand | LATE.get(one.within, set()) or one.module in LATE)
    ]

    assert wrong == []


def test_only_the_servers_store_speaks_sql() -> None:
    speaking = {"sqlalchemy", "sqlite3", "psycopg", "alembic"}
    wrong = [
        str(one)
        for package in HOMES
        for one in imports(package)
        if one.top in speaking and "trackgate_server/store" not in one.file.as_posix()
    ]

    assert wrong == []
