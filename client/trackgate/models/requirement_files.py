"""Requirements as pip takes them: lists, files, files that name other files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from trackgate.errors import InvalidParameterValue

_INCLUDE = re.compile(r"(?:-r\s*|--requirement[\s=]\s*)(?P<file>\S.*)")
_CONSTRAIN = re.compile(r"(?:-c\s*|--constraint[\s=]\s*)(?P<file>\S.*)")
_COMMENT = re.compile(r"(^|\s)#.*$")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Requirements:
    """What to install, and constraints on what else gets installed."""

    wanted: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()

    @classmethod
    def parse(cls, given: str | os.PathLike[str] | Sequence[str]) -> Requirements:
        """Read a file, or a list of lines as they stand in one.

        Comments go, `-r` and `-c` files are read in. Raises InvalidParameterValue
        where a file is missing or an item is no text.
        """
        if isinstance(given, str | os.PathLike):
            lines = list(_file(Path(given), (), constrains=False))
        else:
            lines = list(_lines(_checked(given), Path(), (), constrains=False))
        return cls(
            tuple(line for line, constrains in lines if not constrains),
            tuple(line for line, constrains in lines if constrains),
        )


def distribution_name(requirement: str) -> str | None:
    """The distribution that a requirement names, normalized (PEP 503); None for a
    path, a URL or an option."""
    found = _NAME.match(requirement)
    if found is None or requirement[found.end() :].startswith((":", "/", "\\")):
        return None
    return normalized(found[0])


def normalized(name: str) -> str:
    """A distribution's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _checked(given: object) -> list[str]:
    if not isinstance(given, Iterable):
        raise InvalidParameterValue(f"Requirements are a file or a list: {given!r}.")
    items = list(cast(Iterable[object], given))
    for item in items:
        if not isinstance(item, str):
            raise InvalidParameterValue(f"A requirement is a text, not {item!r}.")
    return [str(item) for item in items]


def _file(
    path: Path, within: tuple[Path, ...], *, constrains: bool
) -> Iterator[tuple[str, bool]]:
    place = path.resolve()
    if place in within:
        raise InvalidParameterValue(f"The requirements file {path} includes itself.")
    try:
        text = place.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidParameterValue(
            f"The requirements file {path} cannot be read: {error.strerror}."
        ) from error
    yield from _lines(
        text.splitlines(), place.parent, (*within, place), constrains=constrains
    )


def _lines(
    lines: Iterable[str], folder: Path, within: tuple[Path, ...], *, constrains: bool
) -> Iterator[tuple[str, bool]]:
    for line in _joined(lines):
        if found := _INCLUDE.fullmatch(line):
            # A constraints file constrains, whatever it includes.
            inside = folder / found["file"]
            yield from _file(inside, within, constrains=constrains)
        elif found := _CONSTRAIN.fullmatch(line):
            yield from _file(folder / found["file"], within, constrains=True)
        else:
            yield line, constrains


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines without comments, with those that end in a backslash put together."""
    begun = ""
    for line in lines:
        text = begun + line.strip()
        begun = text[:-1] if text.endswith("\\") else ""
        if not begun and (kept := _COMMENT.sub("", text).strip()):
            yield kept
    if begun.strip():
        yield begun.strip()
