"""What a job is in a cluster: a command, and variables for its eyes or for all."""

from __future__ import annotations

import logging
import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trackgate import credentials
from trackgate.projects import commands, images
from trackgate.projects.addresses import is_loopback
from trackgate.projects.jobs import Job
from trackgate.projects.sections import refusal
from trackgate.projects.specification import Parameter

_log = logging.getLogger("trackgate")
# MLflow's variable, for the server's address as seen from inside of the cluster.
_URI_THERE = "KUBE_MLFLOW_TRACKING_URI"
_URIS = ("TRACKING_URI", "MLFLOW_TRACKING_URI")
_CREDENTIALS = frozenset(name for pair in credentials.VARIABLES for name in pair)


@dataclass(frozen=True, slots=True)
class Variables:
    """Of a program's environment: what anybody may read, and what nobody should."""

    plain: Mapping[str, str]
    secret: Mapping[str, str]

    @classmethod
    def of(cls, job: Job, environment: Mapping[str, str]) -> Variables:
        """Those that say where and who, and those that the project asks for.

        environment  this program's: values that are copied from it may be secret

        Raises ExecutionException for one that is to be copied and is not set.
        """
        asked = images.wanted(job.project).environment
        plain = dict(one for one in asked if not isinstance(one, str))
        secret = dict(_copied(job, environment))
        for name, value in _ours(job, environment).items():
            plain.pop(name, None)
            secret.pop(name, None)
            (secret if name in _CREDENTIALS else plain)[name] = value
        return cls(plain, secret)


def command(job: Job) -> list[str]:
    """The job's command, where the project's files are in the image.

    Raises what `commands.checked` does, and ExecutionException for a parameter of the
    type `path` that names anything else: nothing of this machine is in the cluster.
    """
    values = commands.checked(job.project, job.entry_point, job.parameters)
    for name, parameter in job.entry_point.parameters.items():
        if parameter.type == "path":
            values[name] = _place_in_image(job, parameter, values[name])
    # Every image with a shell has this one.
    return ["sh", "-c", commands.filled(job, values)]


def warn_of_what_is_left_out(job: Job) -> None:
    """Say what of a project's or a person's wishes is for `docker run` only."""
    if images.wanted(job.project).volumes:
        _log.warning(
            "Volumes come from the Job's template; the project's are not made."
        )
    if job.options.docker_args:
        _log.warning("Options of `docker run` do nothing in a Kubernetes cluster.")


def _ours(job: Job, environment: Mapping[str, str]) -> dict[str, str]:
    told = job.variables()
    there = environment.get(_URI_THERE)
    if there:
        told.update(dict.fromkeys(_URIS, there))
    elif is_loopback(job.client.tracking_uri):
        _log.warning(
            "A cluster does not reach %s; set %s to an address that it reaches.",
            job.client.tracking_uri,
            _URI_THERE,
        )
    if job.client.connection.settings.insecure_tls:
        told["MLFLOW_TRACKING_INSECURE_TLS"] = "true"
    return told


def _copied(job: Job, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in images.wanted(job.project).environment:
        if not isinstance(name, str):
            continue
        if name not in environment:
            file = job.project.file or job.project.folder
            reason = f"the variable {name} is not set here."
            raise refusal(file, "docker_env.environment", reason)
        yield name, environment[name]


def _place_in_image(job: Job, parameter: Parameter, value: str) -> str:
    local = commands.local_path(job.project, parameter, job.parameters)
    folder = job.project.folder.absolute()
    place = None if local is None else os.path.relpath(local, folder)
    if place is None or place == ".." or place.startswith("../"):
        raise refusal(
            job.project.file or job.project.folder,
            f"parameters.{parameter.name}",
            f"{value!r} is no file of the project, and no other is in the cluster; a"
            " parameter of the type `uri` can name it for the program to download.",
            f"entry point {job.entry_point.name!r}",
        )
    return posixpath.join(images.CODE_FOLDER, place)
