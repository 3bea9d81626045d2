"""Files of NAME=VALUE lines."""

from __future__ import annotations

from collections.abc import MutableMapping

from trackgate.errors import BadSetting

_QUOTES = ("'", '"')


def load_into(environment: MutableMapping[str, str], text: str) -> None:
    """Set the variables of a file that are not set yet.

    Empty lines, lines that begin with `#` and the word `export` are passed over;
    a value may stand in quotes. Raises BadSetting naming a line without `=`.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.removeprefix("export ").partition("=")
        if not equals or not name.strip():
            raise BadSetting(f"Line {number} of the env file is not NAME=VALUE.")
        environment.setdefault(name.strip(), _unquoted(value.strip()))


def _unquoted(value: str) -> str:
    for quote in _QUOTES:
        if len(value) > 1 and value.startswith(quote) and value.endswith(quote):
            return value[1:-1]
    return value
