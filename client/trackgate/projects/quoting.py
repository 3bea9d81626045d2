"""Values put into a command for a shell, so that each stays the text it is.

A command is a template with `{name}` for each value, as MLflow's are (`str.format`);
`{{` and `}}` stand for braces. Where a template has quotes around a name, the value
does not end them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from string import Formatter
from typing import Literal

_Context = Literal["plain", "double", "single", "unclear"]

# What goes on as it began, and needs no closer look: `\x`, `$NAME`, `${NAME}`.
_HARMLESS = re.compile(r"\\.|\$\w+|\$\{\w+\}", re.DOTALL)
# Where quotes mean something else than usual: comments, here-documents, arithmetic,
# backquotes, `$'…'`, `${…}` with an operator; a `\` or `$` that a value would follow.
_UNCLEAR = {
    "plain": re.compile(r"`|<<|\(\(|\$['{]|(?<![^\s;|&()])#|\\\Z|\$\Z"),
    "double": re.compile(r"`|\$[({]|\\\Z|\$\Z"),
}
_QUOTES: dict[str, _Context] = {"'": "single", '"': "double"}
_QUOTE_OF: dict[_Context, str] = {"plain": "", "single": "'", "double": '"'}


def fill(template: str, values: Mapping[str, str]) -> str:
    """The command with the values in it, quoted for `bash`.

    Raises ValueError, with a sentence, for a template that is none, and where a value
    cannot be quoted safely at its place.
    """
    command = _Command()
    try:
        # A list, so that a brace too much is said before a parameter that is missing.
        parts = list(Formatter().parse(template.rstrip()))
    except ValueError as error:
        raise ValueError(f"{error}; write {{{{ and }}}} for braces.") from None
    literal = ""
    for text, name, specification, conversion in parts:
        # A brace that is doubled ends a part, but not what stands around it.
        literal += text
        if name is None:
            continue
        command.add_literal(literal)
        literal = ""
        # Names only: `str.format` itself would follow `{a.b}` and `{a[0]}`, and cut or
        # quote once more what `{a:.3}` and `{a!r}` ask for.
        if name not in values or specification or conversion:
            shown = f"{name}…" if specification or conversion else name
            raise ValueError(f"{{{shown}}} names no parameter; write {{{{ for a brace.")
        command.add_value(name, values[name])
    command.add_literal(literal)
    return command.text


def append(command: str, options: Mapping[str, str]) -> str:
    """The command with `--name value` for each option behind it.

    Raises ValueError as `fill` does.
    """
    made = _Command()
    made.add_literal(command)
    for name, value in options.items():
        made.add_literal(" --")
        made.add_value(name, name)
        made.add_literal(" ")
        made.add_value(name, value)
    return made.text


class _Command:
    """A command that grows from its left end, and whether quotes are open there."""

    def __init__(self) -> None:
        self.text = ""
        self._context: _Context = "plain"

    def add_literal(self, text: str) -> None:
        at = len(self.text)
        self.text += text
        while at < len(self.text) and self._context != "unclear":
            at = self._step(at)

    def add_value(self, name: str, value: str) -> None:
        quoted = shlex.quote(value)
        if quoted != value:
            if self._context == "unclear":
                raise ValueError(
                    f"the value of {name!r} would have to be quoted, which is not safe"
                    " where {…} stands: behind `, <<, ((, #, $( in quotes, $', ${…} or"
                    " a backslash."
                )
            # Its quotes end before the value and begin again after it.
            around = _QUOTE_OF[self._context]
            quoted = f"{around}{quoted}{around}"
        self.text += quoted

    def _step(self, at: int) -> int:
        """Look at what is there, and return where to look next."""
        if self._context == "single":
            end = self.text.find("'", at)
            if end < 0:
                return len(self.text)
            self._context = "plain"
            return end + 1
        harmless = _HARMLESS.match(self.text, at)
        if harmless:
            return harmless.end()
        if _UNCLEAR[self._context].match(self.text, at):
            self._context = "unclear"
        elif self._context == "double":
            self._context = "plain" if self.text[at] == '"' else "double"
        else:
            self._context = _QUOTES.get(self.text[at], "plain")
        return at + 1
