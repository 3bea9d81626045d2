"""The list of experiments, and how one is made."""

from __future__ import annotations

from trackgate_wire import limits
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import TrackgateError
from trackgate_wire.experiments import CreateExperiment

from trackgate_server.filters import FilterError
from trackgate_server.operations import experiments
from trackgate_server.operations.experiment_lists import (
    ExperimentLines,
    ListExperiments,
    listed,
)
from trackgate_server.operations.tags import NOTE_TAG
from trackgate_server.store.experiment_activity import COUNTED_AT_MOST
from trackgate_server.web.filter_problem import FilterProblem
from trackgate_server.web.list_query import ListQuery
from trackgate_server.web.page import Onward, View, Visit, form, page

_SHOWN = 50
_ORDERS = {
    "name": "name ASC",
    "-name": "name DESC",
    "created": "creation_time ASC",
    "-created": "creation_time DESC",
    "changed": "last_update_time ASC",
    "-changed": "last_update_time DESC",
}
_NEWEST_FIRST = "-created"


@page("/experiments")
def experiment_list(visit: Visit) -> View:
    return _list(visit, ListQuery.of(visit.query, _ORDERS, _NEWEST_FIRST))


@form("/experiments")
def create(visit: Visit) -> Onward | View:
    name = visit.form.get("name", "").strip()
    try:
        made = experiments.create(visit.scope, CreateExperiment(name))
    except TrackgateError as error:
        view = _list(visit, ListQuery(_NEWEST_FIRST, _NEWEST_FIRST))
        return view.refusing(error, new_name=name)
    return Onward(("experiments", made.experiment_id), notice="experiment-created")


def _list(visit: Visit, asked: ListQuery) -> View:
    refused, found = None, ExperimentLines([], None)
    try:
        found = listed(
            visit.scope,
            ListExperiments(
                name=asked.name,
                filter=asked.filter,
                order=_ORDERS[asked.order],
                deleted=asked.deleted,
                token=asked.after,
                limit=_SHOWN,
            ),
        )
    except FilterError as error:
        refused = FilterProblem.of(asked.filter, error)
    return View(
        "experiments.html",
        {
            "asked": asked,
            "refused": refused,
            "lines": found.lines,
            "next_token": found.token,
            "counted_at_most": COUNTED_AT_MOST,
            "note_tag": NOTE_TAG,
            "name_length": limits.EXPERIMENT_NAME_LENGTH,
            "may_write": visit.scope.caller.access >= Access.WRITE,
            "new_name": "",
            "problem": "",
        },
    )
