"""Images of projects that run in containers, each built once for the same contents."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from trackgate.environments.digests import digest
from trackgate.environments.engine import Engine
from trackgate.errors import InvalidParameterValue
from trackgate.projects.jobs import Job
from trackgate.projects.specification import DockerEnvironment, Project

# MLflow's place ("MLflow Projects", "Project Docker Container Environments").
CODE_FOLDER = "/mlflow/projects/code/"
_URI_TAG = "mlflow.docker.image.uri"
_ID_TAG = "mlflow.docker.image.id"
_DOCKERFILE = f"COPY . {CODE_FOLDER}\nWORKDIR {CODE_FOLDER}\n"
_TAG_LENGTH = 16
_UNUSABLE = re.compile(r"[^a-z0-9]+")
_log = logging.getLogger("trackgate")


@dataclass(frozen=True, slots=True)
class Image:
    """An image that the engine has; `uri` is its name, with a tag."""

    uri: str
    id: str


def ensure(job: Job, engine: Engine, repository: str | None = None) -> Image:
    """The image that a job runs in, built unless it was before; its run says which.

    repository  what the image's name begins with, such as a registry's address; else
                the project's name

    It is what the project names with the project's files in CODE_FOLDER, or, where the
    job's options say so, what the project names and nothing else.

    Raises InvalidParameterValue for a project without `docker_env`, NotFound where its
    image can be neither found nor pulled, and InvalidState where a build fails.
    """
    named = repository or _repository(job.project)
    anew = job.options.build_image is True
    base = _base(job.project, engine, named, anew=anew)
    image = base
    if job.options.build_image is not False:
        image = _with_files(job.project.folder, engine, base, named, anew=anew)
    job.client.set_tag(job.run_id, _URI_TAG, image.uri, synchronous=True)
    job.client.set_tag(job.run_id, _ID_TAG, image.id, synchronous=True)
    return image


def wanted(project: Project) -> DockerEnvironment:
    """What it says of its container; raises InvalidParameterValue without one."""
    if not isinstance(project.environment, DockerEnvironment):
        raise InvalidParameterValue(
            f"The project {project.file or project.folder} has no `docker_env`, so it"
            " cannot run in a container."
        )
    return project.environment


def _base(project: Project, engine: Engine, repository: str, *, anew: bool) -> Image:
    """What the project names: an image, or a folder to build one from."""
    environment = wanted(project)
    if environment.build is not None:
        uri = f"{repository}-base:{digest(environment.build)[:_TAG_LENGTH]}"
        return _built(engine, uri, environment.build, None, anew=anew)
    name = str(environment.image)
    if engine.image_id(name) is None:
        engine.pull(name)
    return Image(name, str(engine.image_id(name)))


def _with_files(
    folder: Path, engine: Engine, base: Image, repository: str, *, anew: bool
) -> Image:
    dockerfile = f"FROM {base.uri}\n{_DOCKERFILE}"
    parts = "\n".join([base.id, dockerfile, digest(folder)])
    tag = hashlib.sha256(parts.encode()).hexdigest()[:_TAG_LENGTH]
    return _built(engine, f"{repository}:{tag}", folder, dockerfile, anew=anew)


def _built(
    engine: Engine, uri: str, folder: Path, dockerfile: str | None, *, anew: bool
) -> Image:
    if anew or engine.image_id(uri) is None:
        _log.warning("Building the project's image, this once, as %s", uri)
        uncached = ["--no-cache"] if anew else []
        engine.build(uri, *uncached, str(folder), dockerfile=dockerfile)
    return Image(uri, str(engine.image_id(uri)))


def _repository(project: Project) -> str:
    """The project's name as an image may have it."""
    return _UNUSABLE.sub("-", (project.name or "").lower()).strip("-") or "project"
