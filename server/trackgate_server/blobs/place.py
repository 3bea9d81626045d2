"""Where one artifact is, as the server itself has worked it out."""

from __future__ import annotations

from dataclasses import dataclass

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue

# Deeper trees come from mistakes, and walking them takes a descriptor a level.
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder among the artifacts of one run or logged model.

    area  the folder all of its artifacts are in, named by the server alone and
          beginning with an experiment's id: ("0", run id, "artifacts")
    path  names below it, as `rules.artifact_segments` lets them through;
          () for the area itself
    """

    area: tuple[str, ...]
    path: tuple[str, ...]

    def __post_init__(self) -> None:
        for segment in self.area:
            if rules.artifact_segments(segment) != (segment,) or segment[0] == ".":
                raise ValueError(f"{segment!r} cannot be part of an artifact area.")
        if len(self.path) > DEPTH:
            raise InvalidParameterValue(
                f"Invalid artifact path: it is {len(self.path)} levels deep; at most"
                f" {DEPTH} are allowed."
            )

    @classmethod
    def within(cls, area: tuple[str, ...], path: str) -> Place:
        """The place that a client's relative path names.

        Raises InvalidParameterValue for whatever is not a plain path downwards.
        """
        return cls(area, rules.artifact_segments(path))

    @property
    def segments(self) -> tuple[str, ...]:
        """Names from the store's root down."""
        return self.area + self.path

    @property
    def folder(self) -> tuple[str, ...]:
        """Names down to the folder it is in."""
        return self.segments[:-1]

    @property
    def name(self) -> str:
        """The last name."""
        return self.segments[-1]

    @property
    def shown(self) -> str:
        """The path as its user knows it, for messages."""
        return rules.shown("/".join(self.path))

    def require_file(self) -> None:
        """Raise InvalidParameterValue where the place is the whole area."""
        if not self.path:
            raise InvalidParameterValue(
                "The path names all artifacts of a run or logged model; name a file or"
                " folder below."
            )
