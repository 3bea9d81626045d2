"""How Nginx's config language is written: blocks, comments, quoted words."""

from __future__ import annotations

from textwrap import fill, indent


def block(opening: str, *body: str) -> str:
    """`opening { body }`, the body indented; empty parts are left out."""
    inside = indent("\n".join(part for part in body if part), "    ")
    return f"{opening} {{\n{inside}\n}}"


def comment(text: str) -> str:
    """Text as comment lines that still fit when indented."""
    return fill(text, width=78, initial_indent="# ", subsequent_indent="# ")


def section(reason: str, *parts: str) -> str:
    """Parts under one comment that gives their reason."""
    return "\n".join((comment(reason), *(part for part in parts if part)))


def quoted(text: object) -> str:
    """A single-quoted word. Variables in it still count."""
    escaped = str(text).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def table(source: str, variable: str, rows: dict[str, str]) -> str:
    """A `map` block from pattern to value, both already written for Nginx."""
    return block(
        f"map {source} {variable}",
        *(f"{pattern} {value};" for pattern, value in rows.items()),
    )
