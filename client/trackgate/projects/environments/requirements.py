"""Lines of requirements files: their paths, and all that they depend on.

The format is pip's ("Requirements File Format").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from trackgate.environments.digests import digest

_FILE = re.compile(r"(?P<option>-r|--requirement|-c|--constraint)[ =]*(?P<path>\S.*)")
_EDITABLE = re.compile(r"(?:-e|--editable)[ =]*(?P<path>\S.*)")
_COMMENT = re.compile(r"(^|\s)#.*$")


def absolute(lines: Iterable[str], folder: Path) -> list[str]:
    """The same lines, with files that they name found from anywhere."""
    return [_FILE.sub(lambda found: _pointed(found, folder), line) for line in lines]


def contents(lines: Iterable[str], folder: Path) -> Iterator[str]:
    """All that they depend on, files and folders on this machine included.

    folder  what relative paths in them begin from
    """
    for line in lines:
        text = _COMMENT.sub("", line).strip()
        if not text:
            continue
        yield text
        if (named := _FILE.fullmatch(text)) is not None:
            # Of such a file, paths of other files begin from its own folder.
            file = folder / named["path"]
            if file.is_file():
                yield from contents(file.read_text().splitlines(), file.parent)
        elif (edited := _EDITABLE.fullmatch(text)) is not None:
            yield str((folder / edited["path"]).absolute())
        elif text.startswith((".", "/")):
            yield from _digest(folder / text.partition("[")[0].strip())


def _pointed(found: re.Match[str], folder: Path) -> str:
    path = found["path"]
    return f"{found['option']} {path if '://' in path else folder / path}"


def _digest(path: Path) -> Iterator[str]:
    if path.exists():
        yield digest(path)
