"""The Secret with what of a Job's environment is for nobody's eyes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any


def secret_manifest(
    name: str, job_uid: str, values: Mapping[str, str]
) -> dict[str, Any]:
    """The Secret of the Job of that name and uid (Kubernetes API, "Secret v1 core").

    The Job owns it, so that the cluster removes it with the Job.
    """
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": job_uid}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "immutable": True,
        "metadata": {"name": name, "ownerReferences": [owner]},
        "data": {key: _encoded(value) for key, value in values.items()},
    }


def _encoded(value: str) -> str:
    return b64encode(value.encode()).decode("ascii")
