"""The image that a Job runs: built here, and pushed to where the cluster pulls it."""

from __future__ import annotations

from trackgate.environments.engine import Engine
from trackgate.errors import InvalidParameterValue
from trackgate.projects import images
from trackgate.projects.jobs import Job


def pushed_image(job: Job, repository: str | None) -> str:
    """The name by which a cluster pulls it: that of this very image, not of a tag.

    repository  of images, such as `registry.example.org/team/name`

    Where the job's options say so it is the image that the project names, as it is,
    and no engine is needed here. Raises what `images.ensure` and the engine do.
    """
    named = images.wanted(job.project).image
    if job.options.build_image is False and named is not None:
        return named
    if repository is None:
        raise InvalidParameterValue(
            "The backend kubernetes needs 'repository-uri' in its configuration, to"
            " push the project's image to."
        )
    engine = Engine.find()
    with engine.logged_in(job.options.docker_auth) as known:
        return known.push(images.ensure(job, known, repository).uri)
