"""What the address of a list asks for: the experiments' and the models'."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict, dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

_DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list's address, understood.

    usual_order  the order of an address that names none; "-" before a column turns it
    name         a part of what is looked for is called
    filter       in the grammar of docs/search.md
    view         "deleted", or "" for what is not
    after        the token of a page
    """

    usual_order: str
    order: str = ""
    name: str = ""
    filter: str = ""
    view: str = ""
    after: str = ""

    @classmethod
    def of(
        cls, query: MultiDict[str, str], orders: Container[str], usual_order: str
    ) -> Self:
        """Read from an address; what it does not know is as if it were not there."""
        order = query.get("order", "")
        return cls(
            usual_order,
            order=order if order in orders else usual_order,
            name=query.get("name", "").strip(),
            filter=query.get("filter", "").strip(),
            view=_DELETED if query.get("view") == _DELETED else "",
            after=query.get("after", ""),
        )

    @property
    def deleted(self) -> bool:
        return self.view == _DELETED

    @property
    def searched(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.name or self.filter)

    def query(self, **other: str | None) -> dict[str, str | None]:
        """The query of the list's first page; `other` replaces parts of it."""
        given = {**asdict(self), "after": None, **other}
        del given["usual_order"]
        if given["order"] == self.usual_order:
            given["order"] = None
        return given

    def turned(self, column: str) -> dict[str, str | None]:
        """The query by which a column's heading sorts: one way, then the other."""
        return self.query(order=f"-{column}" if self.order == column else column)
