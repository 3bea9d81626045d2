"""How the run of a project's program ends."""

from __future__ import annotations

import logging

from trackgate.client import TrackingClient
from trackgate.entities import RunStatus
from trackgate.errors import TrackgateError

_log = logging.getLogger("trackgate")


def record_end(client: TrackingClient, run_id: str, status: RunStatus) -> RunStatus:
    """End the run of a program that has ended so; the status that it has then.

    A script may end its own run with a status. That it has failed is believed; that
    it has finished only until its program fails.
    """
    try:
        said = client.get_run(run_id).info.status
        has_failed = said in (RunStatus.FAILED, RunStatus.KILLED)
        if said == status or (status is RunStatus.FINISHED and has_failed):
            return RunStatus(said)
        client.set_terminated(run_id, status)
    except TrackgateError as error:
        _log.error("Run %s is %s, unrecorded: %s", run_id, status, error)
    return status
