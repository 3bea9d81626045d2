"""Files that a Python model needs beside its code, copied into its folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from trackgate.errors import InvalidParameterValue

FOLDER = "artifacts"


def copy_artifacts(
    artifacts: Mapping[str, str], folder: Path
) -> dict[str, dict[str, str]]:
    """Copy files and folders, and return where each is now and was, by its name.

    artifacts  local paths, or any URI that a model or an artifact has, by name

    Raises NotFound, and InvalidParameterValue where it is no such dictionary.
    """
    if not isinstance(artifacts, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidParameterValue(
            f"artifacts is a dictionary of paths by name, not {artifacts!r}."
        )
    return {
        str(name): {"path": _copy(str(uri), folder), "uri": str(uri)}
        for name, uri in artifacts.items()
    }


def _copy(uri: str, folder: Path) -> str:
    local = Path(uri.removeprefix("file://"))
    if local.exists():
        return _copied(local.resolve(), folder)
    # Only the client needs to reach for it.
    from trackgate.artifacts import download_artifacts  # noqa: PLC0415

    with TemporaryDirectory(prefix="trackgate-") as place:
        return _copied(Path(download_artifacts(uri, dst_path=place)), folder)


def _copied(source: Path, folder: Path) -> str:
    target = _free(folder / FOLDER, source.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
    return target.relative_to(folder).as_posix()


def _free(folder: Path, name: str) -> Path:
    """A path of that name which nothing has yet."""
    target, number = folder / name, 1
    while target.exists():
        number += 1
        target = folder / str(number) / name
    return target
