"""The manifest of a Job, made from a template.

Field by field as in the Kubernetes API, "Job v1 batch".
"""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from trackgate.serving.json_values import is_list, is_object

RUN_LABEL = "trackgate/run-id"
# Names of Jobs become labels of their Pods, which have 63 characters at most
# (RFC 1123, "DNS label names" of Kubernetes).
_NAME_LENGTH = 63
_SUFFIX_BYTES = 5
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What a Job runs.

    job_name   of the Job, and of the Secret beside it
    name       of the container in its Pods
    variables  of its environment, for everybody to see
    secret     names of those whose values are in the Secret
    """

    job_name: str
    name: str
    run_id: str
    image: str
    command: list[str]
    variables: Mapping[str, str]
    secret: Collection[str] = field(default_factory=tuple[str, ...])


def new_name(project: str | None) -> str:
    """A name for a Job of that project, which no other has."""
    suffix = secrets.token_hex(_SUFFIX_BYTES)
    kept = label(project)[: _NAME_LENGTH - len(suffix) - 1].rstrip("-")
    return f"{kept}-{suffix}"


def label(project: str | None) -> str:
    """A project's name in the characters that Kubernetes allows."""
    kept = _NOT_IN_A_NAME.sub("-", (project or "").lower())[:_NAME_LENGTH].strip("-")
    return kept or "project"


def job_manifest(template: Mapping[str, Any], container: Container) -> dict[str, Any]:
    """The template with what is to run in its first container.

    What fails is not started again unless the template says so: a second try would
    write into the same run.
    """
    made: dict[str, Any] = copy.deepcopy(dict(template))
    made.setdefault("apiVersion", "batch/v1")
    _label(made, container).update(name=container.job_name)
    made["spec"].setdefault("backoffLimit", 0)
    pod = made["spec"]["template"]
    _label(pod, container)
    pod["spec"].setdefault("restartPolicy", "Never")
    first = pod["spec"]["containers"][0]
    first.update(name=container.name, image=container.image, command=container.command)
    # They would be handed to our command.
    first.pop("args", None)
    first["env"] = _environment(first.get("env"), container)
    return made


def _label(thing: dict[str, Any], container: Container) -> dict[str, Any]:
    """Give a Job, or the template of its Pods, the run's label; its metadata."""
    metadata: dict[str, Any] = thing.get("metadata") or {}
    labels: dict[str, Any] = metadata.get("labels") or {}
    metadata["labels"] = {**labels, RUN_LABEL: container.run_id}
    thing["metadata"] = metadata
    return metadata


def _environment(given: object, container: Container) -> list[dict[str, Any]]:
    """The template's variables, less those that are ours to set, and ours."""
    ours = {*container.variables, *container.secret}
    # MLflow's example of a template has a sentence where its variables come in.
    theirs = filter(is_object, given if is_list(given) else [])
    return [
        *(one for one in theirs if one.get("name") not in ours),
        *(
            {"name": name, "value": value}
            for name, value in container.variables.items()
        ),
        *(_reference(container.job_name, name) for name in container.secret),
    ]


def _reference(secret: str, name: str) -> dict[str, Any]:
    """A variable whose value is in a Secret, under the same name."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}
