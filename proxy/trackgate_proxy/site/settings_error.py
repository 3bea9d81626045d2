"""What every setting that cannot be used is refused with."""

from __future__ import annotations


class SettingsError(ValueError):
    """A setting's value cannot be used; the message names it and the fix."""
