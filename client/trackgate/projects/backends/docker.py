"""Projects in containers of this machine's Docker engine."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from trackgate.environments.engine import Engine
from trackgate.projects import children, commands, images, interruptions
from trackgate.projects.addresses import is_loopback
from trackgate.projects.jobs import Job
from trackgate.projects.sections import refusal
from trackgate.projects.submitted import SubmittedRun

_log = logging.getLogger("trackgate")
# Whatever a shell starts is in its group, and docker's init tells the shell only.
_SIGNALS_FOR_ALL = "TINI_KILL_PROCESS_GROUP=1"
_ID_FILE = "id"
_NETWORK = frozenset({"network", "net"})


class DockerBackend:
    """Runs each in a container of its own, which is removed when it has ended."""

    def submit(self, job: Job) -> SubmittedRun:
        """Start it, in an image that is built before, if need be.

        Raises what `images.ensure` and `commands.values` do, and ExecutionException
        where a variable that the project asks for is not set here.
        """
        images.wanted(job.project)
        with interruptions.heard():
            return _start(job, Engine.find())


def _start(job: Job, engine: Engine) -> SubmittedRun:
    asked = list(_asked_for(job))
    with engine.logged_in(job.options.docker_auth) as known:
        image = images.ensure(job, known)
    values = commands.values(job)
    scratch = Path(tempfile.mkdtemp(prefix="trackgate-container-"))
    try:
        return children.start(
            job,
            [
                *(engine.program, "run", "--rm", "--init"),
                *(f"--cidfile={scratch / _ID_FILE}", *asked, *_ours(job)),
                *(*_paths(job, values), *_given(job.options.docker_args)),
                # Every image with a shell has this one.
                *(image.uri, "sh", "-c", commands.filled(job, values)),
            ],
            folder=job.project.folder,
            environment=children.variables(job, os.environ),
            afterwards=partial(_clear_away, engine, scratch),
        )
    except BaseException:
        shutil.rmtree(scratch)
        raise


def _asked_for(job: Job) -> Iterator[str]:
    """Options for the volumes and variables that the project asks for."""
    environment = images.wanted(job.project)
    for volume in environment.volumes:
        yield f"--volume={_volume(volume, job.project.folder)}"
    for variable in environment.environment:
        if not isinstance(variable, str):
            yield f"--env={'='.join(variable)}"
        elif variable in os.environ:
            # The value, which may be secret, is in the environment of `docker`.
            yield f"--env={variable}"
        else:
            file = job.project.file or job.project.folder
            reason = f"the variable {variable} is not set here."
            raise refusal(file, "docker_env.environment", reason)


def _volume(text: str, folder: Path) -> str:
    """A volume whose place on this machine may begin with `~`, `$NAME` or a dot."""
    here, colon, there = os.path.expandvars(os.path.expanduser(text)).partition(":")
    if here.startswith("."):
        here = os.path.normpath(folder / here)
    return f"{here}{colon}{there}"


def _ours(job: Job) -> Iterator[str]:
    """Options that let the program log to its run; values stand in no argument."""
    yield f"--label=trackgate.run_id={job.run_id}"
    yield f"--env={_SIGNALS_FOR_ALL}"
    settings = job.client.connection.settings
    told = children.variables(job, {})
    for name in told:
        yield f"--env={name}"
    for path in (settings.server_cert_path, settings.client_cert_path):
        if path:
            yield _shown_there(os.path.abspath(path))
    chosen = _NETWORK.intersection(job.options.docker_args)
    if is_loopback(job.client.tracking_uri) and not chosen:
        _log.warning(
            "The container shares this machine's network, to reach the server at %s.",
            job.client.tracking_uri,
        )
        yield "--network=host"


def _paths(job: Job, values: Mapping[str, str]) -> Iterator[str]:
    """Options that show the files that parameters name, where they are here."""
    for name, parameter in job.entry_point.parameters.items():
        if parameter.type == "path":
            yield _shown_there(values[name])


def _shown_there(path: str) -> str:
    return f"--volume={path}:{path}:ro"


def _given(docker_args: Mapping[str, str | bool]) -> Iterator[str]:
    """Options of `docker run` by their names, a letter or longer."""
    for name, value in docker_args.items():
        option = f"-{name}" if len(name) == 1 else f"--{name}"
        if value is True:
            yield option
        elif value is not False and len(name) == 1:
            yield from (option, value)
        elif value is not False:
            yield f"{option}={value}"


def _clear_away(engine: Engine, scratch: Path) -> None:
    """End the container, which goes on where only `docker` was killed."""
    container = scratch / _ID_FILE
    if container.exists():
        engine.kill(container.read_text())
    shutil.rmtree(scratch, ignore_errors=True)
