"""When a version that could not be loaded is tried again."""

from __future__ import annotations

import time

from trackgate.serving.keeper_registry import Version

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 300.0


class Retries:
    """Pauses that double with each failure of a version."""

    def __init__(self) -> None:
        self._failed: dict[Version, tuple[float, float]] = {}

    def permit(self, version: Version) -> bool:
        """Whether it may be tried now."""
        _, at_s = self._failed.get(version, (0.0, 0.0))
        return time.monotonic() >= at_s

    def postpone(self, version: Version) -> float:
        """It has failed; returns the seconds until it may be tried again."""
        before_s, _ = self._failed.get(version, (0.0, 0.0))
        pause_s = min(before_s * 2 or _FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        self._failed[version] = pause_s, time.monotonic() + pause_s
        return pause_s

    def forget(self, version: Version) -> None:
        """It has worked."""
        self._failed.pop(version, None)
