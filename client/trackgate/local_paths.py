"""Files and folders on this machine, as artifacts go up from and come down to them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from trackgate.artifact_names import join, split_folder
from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.uploads import Upload


def uploads_of_file(source: str | os.PathLike[str], folder: str) -> list[Upload]:
    """A file under its own name, or a folder under its own, in `folder`."""
    path = Path(source)
    if path.is_dir():
        return uploads_of_folder(path, join(folder, path.resolve().name))
    if not path.is_file():
        raise NotFound(f"There is no local file {str(source)!r}.")
    return [Upload.of(path, join(folder, path.name))]


def uploads_of_folder(source: str | os.PathLike[str], folder: str) -> list[Upload]:
    """Everything in a folder, with its folders kept, in `folder`."""
    root = Path(source)
    if not root.is_dir():
        raise NotFound(f"There is no local folder {str(source)!r}.")
    return [
        Upload.of(path, join(folder, path.relative_to(root).as_posix()))
        for path in _files_below(root)
    ]


def target_folder(given: str | os.PathLike[str] | None) -> Path:
    """Where downloads go: an existing folder, or a fresh temporary one."""
    if given is None:
        return Path(tempfile.mkdtemp(prefix="trackgate-"))
    path = Path(given).absolute()
    if not path.exists():
        raise NotFound(f"The folder to download to does not exist: {path}")
    if not path.is_dir():
        raise InvalidParameterValue(f"Downloads go to a folder, not to {path}.")
    return path


@contextmanager
def file_for(artifact_file: str) -> Generator[tuple[Path, str]]:
    """A local file to fill, named as the artifact is, and the folder it goes to."""
    folder, name = split_folder(join(artifact_file))
    if not name:
        raise InvalidParameterValue("The artifact's file name is empty.")
    with tempfile.TemporaryDirectory(prefix="trackgate-") as scratch:
        yield Path(scratch) / name, folder


def _files_below(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            yield Path(folder) / name
