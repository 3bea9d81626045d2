"""The tree of a holder's files, opened along one path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from trackgate_server.operations import artifact_folders
from trackgate_server.operations.artifact_folders import Folder
from trackgate_server.operations.artifact_holders import Holder
from trackgate_server.operations.scope import Scope
from trackgate_server.web.artifact_images import label_of
from trackgate_server.web.natural_order import natural


class Item(NamedTuple):
    """A file or folder in the tree.

    label       what people read for its name
    path        below the holder's files
    size_bytes  None for a folder
    branch      what is in a folder that is open
    """

    name: str
    label: str
    path: str
    size_bytes: int | None
    branch: Branch | None = None

    @property
    def is_folder(self) -> bool:
        return self.size_bytes is None


class Branch(NamedTuple):
    """What is shown of an open folder; `token` is of the page behind it."""

    path: str
    items: list[Item]
    token: str | None


class Tree(NamedTuple):
    """The whole tree, and the folder that is open last."""

    root: Branch
    last: Folder


def tree(scope: Scope, holder: Holder, folder: str, token: str | None) -> Tree:
    """The tree with `folder` open, and all on the way to it; a listing for each.

    token  the page of `folder` to show; None for the first

    Raises NotFound where there is no such folder.
    """
    last = artifact_folders.folder(scope, holder, folder, token)
    grown = branch(last)
    for above, name in _steps_up(folder):
        opened = branch(artifact_folders.folder(scope, holder, above, None))
        grown = _with_open(opened, name, grown)
    return Tree(grown, last)


def branch(folder: Folder) -> Branch:
    """A folder's entries for the tree: folders first where all are shown."""
    items = [
        Item(entry.name, label_of(entry.name), joined(folder.path, entry.name), size)
        for entry in folder.entries
        for size in [entry.size_bytes]
    ]
    if folder.token is None:
        items.sort(key=lambda item: (not item.is_folder, natural(item.label)))
    return Branch(folder.path, items, folder.token)


def joined(folder: str, name: str) -> str:
    """The path of something in a folder."""
    return f"{folder}/{name}" if folder else name


def parent_of(path: str) -> str:
    """The folder that a path lies in."""
    return path.rpartition("/")[0]


def _steps_up(folder: str) -> Iterator[tuple[str, str]]:
    """Each folder on the way up to the first, and the name one came from."""
    while folder:
        above, _, name = folder.rpartition("/")
        yield above, name
        folder = above


def _with_open(outer: Branch, name: str, inner: Branch) -> Branch:
    items = [
        item._replace(branch=inner) if item.name == name else item
        for item in outer.items
    ]
    if all(item.branch is None for item in items):
        # It is behind those that are shown.
        items.append(Item(name, name, inner.path, None, inner))
    return outer._replace(items=items)
