"""What the compose files say, before anything is started."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from typing import Any

import pytest

from tests.containers.stacks import PROJECT

pytestmark = pytest.mark.containers

_FILES = ("compose.yaml", "compose.postgres.yaml", "compose.s3.yaml")
_BUCKET = {"S3_DESTINATION": "s3://bucket", "S3_CREDENTIALS": "./s3-credentials"}


def test_every_image_is_built_by_one_service(engine: None) -> None:
    """Compose writes the service into the image, so two would make two of them.

    A second `up` would then find another image than the first, and replace everything.
    """
    services = _services()
    built = Counter(one["image"] for one in services.values() if "build" in one)
    ours = {one["image"] for one in services.values() if "trackgate" in one["image"]}

    assert built == dict.fromkeys(ours, 1)


def _services() -> dict[str, Any]:
    files = [word for name in _FILES for word in ("--file", name)]
    done = subprocess.run(
        ["docker", "compose", *files, "config", "--format", "json"],
        cwd=PROJECT,
        env=os.environ | _BUCKET,
        capture_output=True,
        text=True,
        check=True,
    )
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services
