"""The list of experiments, and how one is made."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from trackgate_wire import limits
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import TrackgateError
from trackgate_wire.experiments import CreateExperiment
from werkzeug.datastructures import MultiDict

from trackgate_server.filters import FilterError
from trackgate_server.operations import experiments
from trackgate_server.operations.experiment_lists import (
    ExperimentLines,
    ListExperiments,
    listed,
)
from trackgate_server.store.experiment_activity import COUNTED_AT_MOST
from trackgate_server.web.filter_problem import FilterProblem
from trackgate_server.web.page import Onward, View, Visit, form, page

NOTE_TAG = "mlflow.note.content"

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
_DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list's address asks for.

    order  a key of `_ORDERS`
    view   "deleted", or "" for what is not
    """

    name: str = ""
    filter: str = ""
    order: str = _NEWEST_FIRST
    view: str = ""
    after: str = ""

    @classmethod
    def of(cls, query: MultiDict[str, str]) -> Asked:
        """Read from an address; what it does not know is as if it were not there."""
        order = query.get("order", "")
        return cls(
            name=query.get("name", "").strip(),
            filter=query.get("filter", "").strip(),
            order=order if order in _ORDERS else _NEWEST_FIRST,
            view=_DELETED if query.get("view") == _DELETED else "",
            after=query.get("after", ""),
        )

    @property
    def deleted(self) -> bool:
        return self.view == _DELETED

    @property
    def searched(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.name or self.filter)

    def query(self, **other: str | None) -> dict[str, str | None]:
        """The address's query; `other` replaces parts of it."""
        given = {**asdict(self), "after": None, **other}
        if given["order"] == _NEWEST_FIRST:
            given["order"] = None
        return given

    def turned(self, column: str) -> dict[str, str | None]:
        """The query by which a column's heading sorts: one way, then the other."""
        return self.query(order=f"-{column}" if self.order == column else column)


@page("/experiments")
def experiment_list(visit: Visit) -> View:
    return _list(visit, Asked.of(visit.query))


@form("/experiments")
def create(visit: Visit) -> Onward | View:
    name = visit.form.get("name", "").strip()
    try:
        made = experiments.create(visit.scope, CreateExperiment(name))
    except TrackgateError as error:
        # Refused before anything was written: the form again, with what was typed.
        view = _list(visit, Asked())
        return View(
            view.template,
            {**view.given, "new_name": name, "problem": error.message},
            error.status,
        )
    return Onward(("experiments", made.experiment_id), notice="experiment-created")


def _list(visit: Visit, asked: Asked) -> View:
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
