"""Mappings of a project's file, which know where they stand.

So that whatever is wrong with one is said with the file, the part and the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackgate.errors import ExecutionException
from trackgate.serving.json_values import is_list, is_object, shown


def refusal(
    file: Path, field: str, reason: str, part: str | None = None
) -> ExecutionException:
    """The error that says what is wrong with a field.

    part    such as "entry point 'main'"; None for the file's own fields
    reason  a sentence about the field
    """
    where = f"{file}, {part}" if part else str(file)
    return ExecutionException(f"{where}, field {field!r}: {reason}")


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping of a project's file.

    part    such as "entry point 'main'"; None for the whole file
    prefix  of its fields' names, where it is itself the value of a field
    """

    file: Path
    fields: Mapping[str, Any]
    part: str | None = None
    prefix: str = ""

    def text(self, field: str) -> str | None:
        """A text, number or truth value, as text; None where it is missing."""
        found = self.fields.get(field)
        if found is None:
            return None
        if is_list(found) or is_object(found):
            raise self.refusal(field, f"{shown(found)} is not a text.")
        return str(found)

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts; empty where it is missing."""
        found = self.list(field)
        for one in found:
            if not isinstance(one, str):
                raise self.refusal(field, f"{shown(one)} in the list is not a text.")
        return tuple(found)

    def list(self, field: str) -> list[Any]:
        """A list; empty where it is missing."""
        found = self.fields.get(field)
        if found is None:
            return []
        if not is_list(found):
            raise self.refusal(field, f"{shown(found)} is not a list.")
        return found

    def section(self, field: str, part: str | None = None) -> Section:
        """A mapping; empty where it is missing.

        part  where it is one of its own, and not a field of this one
        """
        found: Any = self.fields.get(field)
        found = {} if found is None else found
        if not is_object(found):
            raise self.refusal(field, f"{shown(found)} is not a mapping.")
        if part is not None:
            return Section(self.file, found, part)
        return Section(self.file, found, self.part, f"{self.prefix}{field}.")

    def parts(self, field: str, kind: str) -> Iterator[tuple[str, Section]]:
        """The mappings in a mapping, each under its name; `kind` says what they are."""
        group = self.section(field)
        for name in group.fields:
            yield str(name), group.section(name, f"{kind} {str(name)!r}")

    def refusal(self, field: str, reason: str) -> ExecutionException:
        """The error that says what is wrong with one of its fields."""
        return refusal(self.file, f"{self.prefix}{field}", reason, self.part)
