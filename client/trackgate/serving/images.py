"""`docker build`, where there is an engine."""

from __future__ import annotations

from pathlib import Path

from trackgate.environments.engine import Engine

_ADVICE = (
    "; `trackgate models generate-dockerfile` writes the folder to build elsewhere"
)


def build(folder: Path, name: str) -> None:
    """Build an image; what the engine says goes to standard error.

    Raises NotFound without the program `docker`, and InvalidState where no engine
    answers or the build fails.
    """
    Engine.find(_ADVICE).build(name, str(folder))
