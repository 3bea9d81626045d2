"""Switches that a program may set while it runs."""

from __future__ import annotations

from trackgate.settings import Settings


class _Switches:
    background: bool | None = None


def enable_async_logging(enable: bool = True) -> None:
    """Send values in the background unless a call says otherwise, or no longer."""
    _Switches.background = enable


def sends_in_background(synchronous: bool | None, settings: Settings) -> bool:
    """What a call's `synchronous` means here; None follows switch and setting."""
    if synchronous is not None:
        return not synchronous
    if _Switches.background is not None:
        return _Switches.background
    return settings.async_logging
