"""`docker build`, where there is an engine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from trackgate.environments.building import without_ours
from trackgate.errors import InvalidState, NotFound

# DOCKER_HOST, DOCKER_CONFIG and proxies stay.
_PROGRAM = "docker"


def build(folder: Path, name: str) -> None:
    """Build an image; what the engine says goes to standard error.

    Raises NotFound without the program `docker`, and InvalidState where no engine
    answers or the build fails.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        raise NotFound(
            "There is no `docker` on this machine; `trackgate models"
            " generate-dockerfile` writes the folder to build elsewhere."
        )
    environment = without_ours(os.environ)
    asked = subprocess.run(  # noqa: S603 - found by its name
        [program, "version", "--format", "{{.Server.Version}}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        raise InvalidState(f"No Docker engine answers: {asked.stderr.strip()}")
    done = subprocess.run(  # noqa: S603 - found by its name
        [program, "build", "--tag", name, str(folder)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=2,
        check=False,
    )
    if done.returncode != 0:
        raise InvalidState(
            f"The image {name!r} was not built; docker ended with {done.returncode}."
        )
