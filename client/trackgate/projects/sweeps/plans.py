"""Plans of sweeps: new ones, which are recorded by a run, and those taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_args

from trackgate_wire import rules

from trackgate import values
from trackgate.client import TrackingClient
from trackgate.entities import LifecycleStage, Run
from trackgate.errors import InvalidParameterValue, InvalidState
from trackgate.projects import commands, mlproject, records
from trackgate.projects.addresses import userinfo
from trackgate.projects.beginning import Order, experiment_of
from trackgate.projects.jobs import Options
from trackgate.projects.specification import EntryPoint, Project
from trackgate.projects.sweeps import grammar, pages, searches
from trackgate.projects.sweeps.definition import (
    DEFINITION_TAG,
    Definition,
    Goal,
    SearchName,
)
from trackgate.projects.sweeps.space import Choices, Range, Space
from trackgate.projects.sweeps.standing import BEST

# Parameters of the parent that say how it searches, beside the project's own.
_OWN = "sweep."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks of a new sweep; None where it was not said."""

    version: str | None = None
    entry_point: str | None = None
    parameters: Mapping[str, object] | None = None
    search: SearchName | None = None
    metric: str | None = None
    goal: Goal | None = None
    trials: int | None = None
    seed: int | None = None
    experiment_name: str | None = None
    experiment_id: str | None = None
    run_name: str | None = None

    def said(self) -> list[str]:
        """Names of what was said."""
        return [
            item.name for item in fields(self) if getattr(self, item.name) is not None
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sweep that is ready to be worked on.

    parent  the run that records it, with the children in it
    """

    client: TrackingClient
    parent: Run
    definition: Definition
    order: Order
    entry_point: EntryPoint
    space: Space

    @property
    def comparison(self) -> str:
        """The address of its children in parallel coordinates."""
        return pages.comparison(
            self.client, self.parent, self.space, self.definition.metric
        )


def begin(client: TrackingClient, order: Order, wish: Wish) -> Plan:
    """Check everything, then make the parent.

    Raises InvalidParameterValue, and ExecutionException naming file, entry point and
    field.
    """
    entry_point = mlproject.find_entry_point(order.project, wish.entry_point or "main")
    texts = _texts(wish.parameters or {})
    space = _space(order.project, entry_point, texts)
    definition = _definition(order, entry_point, texts, space, wish)
    plan = Plan(
        client=client,
        parent=_parent(client, order, entry_point, definition, wish),
        definition=definition,
        order=order,
        entry_point=entry_point,
        space=space,
    )
    _describe(plan)
    return plan


def find(client: TrackingClient, run_id: str) -> tuple[Run, Definition]:
    """A sweep that began earlier; raises InvalidState where the run is none."""
    parent = client.get_run(run_id)
    if DEFINITION_TAG not in parent.data.tags:
        raise InvalidState(f"The run {run_id} is no sweep.")
    if parent.info.lifecycle_stage == LifecycleStage.DELETED:
        raise InvalidState(f"The run {run_id} is deleted; restore it first.")
    return parent, Definition.of_tag(parent.data.tags[DEFINITION_TAG])


def take_up(
    client: TrackingClient, parent: Run, definition: Definition, order: Order
) -> Plan:
    """Go on with a sweep; raises InvalidParameterValue for another project's files."""
    if order.source.uri != definition.uri:
        raise InvalidParameterValue(
            f"The sweep {parent.info.run_id} is one of {definition.uri}, not of"
            f" {order.source.uri}."
        )
    entry_point = mlproject.find_entry_point(order.project, definition.entry_point)
    return Plan(
        client=client,
        parent=parent,
        definition=definition,
        order=order,
        entry_point=entry_point,
        space=_space(order.project, entry_point, definition.parameters),
    )


def needs(options: Options) -> tuple[str, ...]:
    """What has to be given again to resume a sweep, by the names of arguments."""
    given = {
        "backend_config": options.config,
        "docker_args": options.docker_args,
        "docker_auth": options.docker_auth,
    }
    return tuple(name for name, value in given.items() if value)


def _parent(
    client: TrackingClient,
    order: Order,
    entry_point: EntryPoint,
    definition: Definition,
    wish: Wish,
) -> Run:
    tags = {
        **records.tags_of_new(client),
        **records.tags(order.source, order.project, entry_point, order.backend_name),
        DEFINITION_TAG: definition.tag(),
    }
    experiment_id = experiment_of(client, wish.experiment_name, wish.experiment_id)
    return client.create_run(experiment_id, tags=tags, run_name=wish.run_name)


def _definition(
    order: Order,
    entry_point: EntryPoint,
    texts: Mapping[str, str],
    space: Space,
    wish: Wish,
) -> Definition:
    search = wish.search or "grid"
    metric, goal = _target(wish)
    _check_known("search", search, SearchName)
    searches.check_installed(search)
    if wish.trials is not None and wish.trials < 1:
        raise InvalidParameterValue("A sweep has at least one trial.")
    source = order.source
    return Definition(
        uri=source.uri,
        # What is copied from elsewhere may have changed until it is resumed.
        version=source.commit if source.scratch else None,
        entry_point=entry_point.name,
        parameters=texts,
        search=search,
        metric=metric,
        goal=goal,
        trials=searches.trials_of(search, space, wish.trials),
        seed=wish.seed or 0,
        backend=order.backend_name,
        env_manager=order.options.env_manager,
        needs=needs(order.options),
    )


def _target(wish: Wish) -> tuple[str, Goal]:
    if not wish.metric or wish.goal is None:
        raise InvalidParameterValue(
            "A sweep needs the name of a metric and a goal: maximize or minimize it."
        )
    _check_known("goal", wish.goal, Goal)
    # The parent has it under this name.
    rules.check_key("Metric", f"{BEST}{wish.metric}")
    return wish.metric, wish.goal


def _check_known(what: str, given: str, known: object) -> None:
    if given not in get_args(known):
        raise InvalidParameterValue(
            f"No {what} is called {given!r}; there are {', '.join(get_args(known))}."
        )


def _texts(parameters: Mapping[str, object]) -> dict[str, str]:
    texts = {name: grammar.as_text(name, one) for name, one in parameters.items()}
    for name, text in texts.items():
        if name.startswith(_OWN):
            raise InvalidParameterValue(
                f"Parameter {name!r}: names that begin with {_OWN!r} are the sweep's."
            )
        if userinfo(text)[1] != text:
            raise InvalidParameterValue(
                f"Parameter {name!r} has a password in it. A sweep keeps its values to"
                " be resumed; have the program read the password elsewhere."
            )
    return texts


def _space(
    project: Project, entry_point: EntryPoint, texts: Mapping[str, str]
) -> Space:
    space = grammar.read_space(project, entry_point, texts)
    listed = [len(axis) for axis in space.axes if isinstance(axis, Choices)]
    # Each listed value is looked at once.
    for number in range(max(listed, default=1)):
        commands.checked(project, entry_point, _sample(space, number))
    return space


def _sample(space: Space, number: int) -> dict[str, str]:
    return {
        axis.name: axis.text(axis.low)
        if isinstance(axis, Range)
        else axis.text(number % len(axis))
        for axis in space.axes
    }


def _describe(plan: Plan) -> None:
    """Note on the parent how it searches, and where it is looked at."""
    definition = plan.definition
    said = {
        **definition.parameters,
        f"{_OWN}search": definition.search,
        f"{_OWN}metric": definition.metric,
        f"{_OWN}goal": definition.goal,
        f"{_OWN}trials": definition.trials,
        f"{_OWN}seed": definition.seed,
    }
    note = pages.note(plan.client, plan.parent, plan.space, definition)
    tags = {pages.COMPARE_TAG: plan.comparison, pages.NOTE_TAG: note}
    plan.client.log_batch(
        plan.parent.info.run_id,
        params=[values.param(name, value) for name, value in said.items()],
        tags=values.tags(tags),
        synchronous=True,
    )
