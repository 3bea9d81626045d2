"""Runs a project: `trackgate.projects.run`, with the signature of `mlflow.run`."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from trackgate.errors import ExecutionException, InvalidParameterValue
from trackgate.fluent import endings
from trackgate.projects import backends, mlproject, sources
from trackgate.projects.beginning import Order, Place, begin, submit
from trackgate.projects.jobs import EnvironmentManager
from trackgate.projects.options import BackendConfig, options_of
from trackgate.projects.sources import Source
from trackgate.projects.steps import pipeline
from trackgate.projects.submitted import SubmittedRun

_log = logging.getLogger(__name__)
_MAIN = "main"


def run(
    uri: str | os.PathLike[str],
    entry_point: str = _MAIN,
    version: str | None = None,
    parameters: Mapping[str, object] | None = None,
    docker_args: Mapping[str, str | bool] | None = None,
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    backend: str = "local",
    backend_config: BackendConfig | None = None,
    storage_dir: str | os.PathLike[str] | None = None,
    synchronous: bool = True,
    run_id: str | None = None,
    run_name: str | None = None,
    env_manager: EnvironmentManager | None = None,
    build_image: bool | None = None,
    docker_auth: Mapping[str, str] | None = None,
    reuse_steps: bool = True,
) -> SubmittedRun:
    """Run an entry point of a project, and record it.

    uri              see `trackgate.projects.sources.fetch`
    entry_point      of the MLproject file, or a script of its folder; "main" is all
                     steps where the file has `steps:`
    version          branch, tag or commit, where the project is in Git
    parameters       of the entry point; further ones are passed on as `--name value`
    docker_args      options of `docker run`; True stands for one without a value
    experiment_name  made if there is none; or
    experiment_id    else the experiment that fluent calls log to
    backend          a name of the entry-point group `trackgate.project_backends`
    backend_config   the backend's settings, or a `.json` file of them
    storage_dir      folder for what parameters of the type `path` download; else one
                     that is removed when this program exits
    synchronous      wait for the end; else Python waits for it before it exits
    run_id           record it in that run; else in a new one, nested in the active run
    env_manager      local, virtualenv, uv or conda; else what the project asks for
    build_image      True: a new image; False: the project's image as it is, without
                     its files; None: an image with its files, built if need be
    docker_auth      username and password of an image registry
    reuse_steps      take steps that have not changed from their earlier runs

    Project and parameters are checked before a run is made. Raises ExecutionException,
    also where a synchronous run does not succeed. When interrupted while it waits, the
    program is stopped and its run is KILLED.
    """
    place = Place(
        experiment_name=experiment_name,
        experiment_id=experiment_id,
        run_id=run_id,
        run_name=run_name,
    )
    if experiment_name and experiment_id:
        raise InvalidParameterValue("Give either an experiment's name or its id.")
    chosen = backends.load(backend)
    options = options_of(
        env_manager=env_manager,
        docker_args=docker_args,
        storage_dir=storage_dir,
        build_image=build_image,
        docker_auth=docker_auth,
        backend_config=backend_config,
    )
    source = sources.fetch(os.fspath(uri), version)
    with _kept_while(source, needed=not synchronous):
        order = Order(
            source=source,
            project=mlproject.read(source.folder),
            options=options,
            backend_name=backend,
            backend=chosen,
        )
        given = _texts(parameters)
        submitted = _start(order, entry_point, given, place, reuse_steps)
        if synchronous:
            _wait_for(submitted)
    return submitted


def _start(
    order: Order,
    entry_point: str,
    parameters: Mapping[str, str],
    place: Place,
    reuse_steps: bool,
) -> SubmittedRun:
    if order.project.steps and entry_point == _MAIN:
        return pipeline.start(order, entry_point, parameters, place, reuse_steps)
    chosen = mlproject.find_entry_point(order.project, entry_point)
    return submit(order, begin(order, chosen, parameters, place))


def _wait_for(submitted: SubmittedRun) -> None:
    try:
        succeeded = submitted.wait()
    except (KeyboardInterrupt, endings.Killed):
        _log.warning("The run %s is interrupted, and stopped.", submitted.run_id)
        submitted.cancel()
        raise
    if not succeeded:
        raise ExecutionException(
            f"The run {submitted.run_id} has ended as {submitted.get_status()}."
        )
    _log.info("Run %s has succeeded.", submitted.run_id)


@contextmanager
def _kept_while(source: Source, *, needed: bool) -> Generator[None]:
    """Remove what was fetched afterwards.

    needed  by a program that goes on: not before this one exits
    """
    try:
        yield
    except BaseException:
        source.discard()
        raise
    if needed:
        # Python waits for its threads, which wait for the program, before it does this.
        atexit.register(source.discard)
    else:
        source.discard()


def _texts(parameters: Mapping[str, object] | None) -> dict[str, str]:
    return {str(name): str(value) for name, value in (parameters or {}).items()}
