"""The server that code chose for every call that names none."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from trackgate.settings import Settings


@dataclass(slots=True)
class _Choice:
    uri: str | None = None


_choice = _Choice()


def choose(uri: str | None) -> None:
    """Mean the server at `uri` from now on; None means the environment's again."""
    _choice.uri = uri


def settings() -> Settings:
    """The settings of code and environment, as they are now."""
    found = Settings.from_environment(os.environ)
    return replace(found, tracking_uri=_choice.uri) if _choice.uri else found
