"""What the fluent calls share: which server, and which experiment, is meant now."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace

from trackgate import chosen_server
from trackgate.client import NO_URI, TrackingClient
from trackgate.credentials import VARIABLES
from trackgate.errors import BadSetting, InvalidParameterValue, NotFound
from trackgate.settings import Settings

DEFAULT_EXPERIMENT_ID = "0"


@dataclass(slots=True)
class _Session:
    """The experiment set in code, and the client in use."""

    experiment_id: str | None = None
    client: TrackingClient | None = None
    made_for: object = None


_session = _Session()
_lock = threading.Lock()


def set_tracking_uri(uri: str | os.PathLike[str] | None) -> None:
    """Use the server at `uri` from now on; None means the environment's again.

    Runs that are active go on logging where they were started.
    """
    chosen_server.choose(str(uri) if uri else None)


def get_tracking_uri() -> str:
    """The server's address; raises BadSetting where none is set."""
    uri = settings().tracking_uri
    if not uri:
        raise BadSetting(NO_URI)
    return uri


def is_tracking_uri_set() -> bool:
    """Whether code or environment name a server."""
    return bool(settings().tracking_uri)


def settings() -> Settings:
    """The settings of code and environment, as they are now."""
    return chosen_server.settings()


def client() -> TrackingClient:
    """The client for the server that is meant now; the same as long as nothing changes.

    Raises BadSetting where no server is named.
    """
    now = settings()
    # Which experiment and run are meant changes often, and is no client's matter.
    lasting = replace(
        now, experiment_name=None, experiment_id=None, run_id=None, active_model_id=None
    )
    people = [os.environ.get(name) for pair in VARIABLES for name in pair]
    wanted = lasting, people
    with _lock:
        if _session.client is None or _session.made_for != wanted:
            _session.client = TrackingClient(settings=now)
            _session.made_for = wanted
        return _session.client


def remember_experiment(experiment_id: str) -> None:
    """Make new runs belong to an experiment, here and in programs started from here."""
    _session.experiment_id = experiment_id
    os.environ["MLFLOW_EXPERIMENT_ID"] = experiment_id


def chosen_experiment_id() -> str | None:
    """The experiment that set_experiment chose; None before it was called."""
    return _session.experiment_id


def experiment_id() -> str:
    """The experiment of new runs: set in code, named by the environment, or "0"."""
    if _session.experiment_id is not None:
        return _session.experiment_id
    now = settings()
    if now.experiment_name:
        return _experiment_named(now.experiment_name, now.experiment_id)
    if now.experiment_id:
        return _experiment_numbered(now.experiment_id)
    return DEFAULT_EXPERIMENT_ID


def _experiment_named(name: str, also_id: str | None) -> str:
    speaker = client()
    found = speaker.get_experiment_by_name(name)
    if found is None:
        return speaker.create_experiment(name)
    if also_id and also_id != found.experiment_id:
        raise InvalidParameterValue(
            f"MLFLOW_EXPERIMENT_NAME is {name!r}, whose id is {found.experiment_id},"
            f" but MLFLOW_EXPERIMENT_ID is {also_id!r}. Set only one of them."
        )
    return found.experiment_id


def _experiment_numbered(given: str) -> str:
    try:
        return client().get_experiment(given).experiment_id
    except NotFound:
        raise InvalidParameterValue(
            f"MLFLOW_EXPERIMENT_ID is {given!r}, and the server has no such experiment."
        ) from None
