"""The Pods of a Job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod, as far as it tells how a Job goes on.

    started  its container has run, so that there may be output
    ended    it runs no more, so that its output is complete
    waiting  why its container is not running yet, as the cluster words it
    """

    name: str
    started: bool
    ended: bool
    waiting: str | None = None

    @classmethod
    def of(cls, found: Any) -> Pod:
        """From what the official client has read ("Pod v1 core")."""
        ended = found.status.phase in ("Succeeded", "Failed")
        states = [one.state for one in found.status.container_statuses or ()]
        return cls(
            name=str(found.metadata.name),
            started=ended or any(one.running or one.terminated for one in states),
            ended=ended,
            waiting=next((_why(one.waiting) for one in states if one.waiting), None),
        )


def _why(waiting: Any) -> str:
    return ": ".join(str(one) for one in (waiting.reason, waiting.message) if one)
