"""A refused filter, shown with the place that is wrong."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.filters import FilterError


class FilterProblem(NamedTuple):
    """What is wrong with a filter; `parts.html` shows it.

    before, at, behind  the filter in three, the wrong character in the middle; that
                        is empty at the filter's end
    """

    message: str
    before: str
    at: str
    behind: str

    @classmethod
    def of(cls, text: str, error: FilterError) -> FilterProblem:
        """The problem that an error tells of, in the text that was read."""
        begin = error.position - 1
        return cls(
            error.message, text[:begin], text[begin : begin + 1], text[begin + 1 :]
        )
