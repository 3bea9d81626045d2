"""How values are written into unit files (systemd.syntax, systemd.service)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trackgate_proxy.site.settings_error import SettingsError

# What needs no quotes; everything else gets them.
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Section = tuple[str, Sequence[str]]


def unit(heading: str, *sections: Section) -> str:
    """A whole unit file: comment lines, then its sections."""
    comments = "".join(f"# {line}\n" for line in heading.splitlines())
    bodies = (f"[{name}]\n" + "\n".join(lines) for name, lines in sections)
    return comments + "\n" + "\n\n".join(bodies) + "\n"


def command_line(words: Sequence[str]) -> str:
    """A command of `ExecStart=` and its sisters.

    Variables are expanded in arguments only, not in the program's path
    (systemd.service, "Command lines"), so `$` is doubled in arguments alone.
    """
    program, *arguments = words
    escaped = [word(argument).replace("$", "$$") for argument in arguments]
    return " ".join((word(program), *escaped))


def word(text: str) -> str:
    """One item of a list, such as a path of `ReadWritePaths=`, kept as it is.

    Raises SettingsError for control characters, which no path of ours needs.
    """
    escaped = specifier_free(text)
    if _PLAIN.fullmatch(escaped):
        return escaped
    inner = escaped.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def specifier_free(text: str) -> str:
    """A value that systemd takes as a whole, such as the path of `EnvironmentFile=`.

    Raises SettingsError for control characters.
    """
    if _CONTROL.search(text):
        raise SettingsError(f"{text!r} holds control characters; unit files cannot.")
    return text.replace("%", "%%")
