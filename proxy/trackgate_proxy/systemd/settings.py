"""The file of settings that the units read (systemd.exec, `EnvironmentFile=`)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trackgate_proxy.site.settings_error import SettingsError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]*")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\"'\\]*)")
_ESCAPED = re.compile(r"\\(.)")
_COLUMNS = 88
_INTRODUCTION = """\
# Settings of Trackgate's systemd units. Only root reads this file (mode 0600), so it
# may hold passwords. After a change:
#
#   trackgate systemd --write /etc/systemd/system && systemctl daemon-reload
#   systemctl reload trackgate-setup && systemctl reload-or-restart trackgate-proxy
#
# and, for settings of the server, systemctl restart trackgate-server@1, then @2 …
"""


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting as the file shows it.

    value  what was said; None for a comment that shows the default
    """

    name: str
    meaning: str
    default: str
    value: str | None = None

    def lines(self) -> Iterator[str]:
        yield from textwrap.wrap(
            self.meaning, _COLUMNS, initial_indent="# ", subsequent_indent="# "
        )
        if self.value is None:
            yield f"#{self.name}={self.default}"
        else:
            yield f"{self.name}={_quoted(self.value)}"


def settings_text(variables: Iterable[Variable]) -> str:
    """A new settings file, to be edited."""
    parts = ["\n".join(one.lines()) for one in variables]
    return _INTRODUCTION + "\n" + "\n\n".join(parts) + "\n"


def read_settings(path: Path) -> dict[str, str]:
    """The variables of a settings file; empty if there is none.

    Raises SettingsError naming a line that systemd would read otherwise.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except PermissionError as error:
        raise SettingsError(f"{path} is readable by root only; use sudo.") from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped and stripped[0] not in "#;":
            name, value = _read_line(stripped, f"Line {number} of {path}")
            found[name] = value
    return found


def _read_line(line: str, place: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise SettingsError(f"{place} is not NAME=VALUE.")
    found = _QUOTED.fullmatch(value.strip())
    if found is None:
        raise SettingsError(f"{place}: put the value of {name} in double quotes.")
    double, single, plain = found.groups()
    if double is not None:
        return name, _ESCAPED.sub(r"\1", double)
    return name, single if single is not None else plain


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    inner = re.sub(r'(["\\$`])', r"\\\1", value)
    return f'"{inner}"'
