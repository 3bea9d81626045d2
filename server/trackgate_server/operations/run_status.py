"""What pages say of a run's status."""

from __future__ import annotations

from trackgate_wire.scalars import RunStatus

STALE_AFTER_MS = 6 * 60 * 60 * 1000
"""A running run without a word for so long is marked; docs/pages.md says so."""

STALE = "stale"


def lasted_ms(
    status: RunStatus, started_ms: int, ended_ms: int | None, now_ms: int
) -> int | None:
    """How long a run took, or takes so far; None where nobody knows."""
    if ended_ms is None and status is RunStatus.RUNNING:
        ended_ms = now_ms
    return None if ended_ms is None else ended_ms - started_ms


def status_word(
    status: RunStatus, started_ms: int, heard_ms: int | None, now_ms: int
) -> str:
    """The status in small letters; "stale" for a running run without news.

    heard_ms  the time of its latest point
    """
    latest_ms = max(started_ms, heard_ms or 0)
    if status is RunStatus.RUNNING and now_ms - latest_ms > STALE_AFTER_MS:
        return STALE
    return status.value.lower()
