"""Plans of sweeps: new ones, which are recorded by a run, and those taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trackgate import values
from trackgate.client import TrackingClient
from trackgate.entities import LifecycleStage, Run
from trackgate.errors import InvalidParameterValue, InvalidState
from trackgate.projects import commands, mlproject, records
from trackgate.projects.beginning import Order, experiment_of
from trackgate.projects.specification import EntryPoint, Project
from trackgate.projects.sweeps import grammar, pages
from trackgate.projects.sweeps.definition import DEFINITION_TAG, Definition
from trackgate.projects.sweeps.space import Choices, Range, Space
from trackgate.projects.sweeps.wishes import OWN, Wish, definition_of, texts_of


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
    texts = texts_of(wish.parameters or {})
    space = _space(order.project, entry_point, texts)
    definition = definition_of(order, entry_point, texts, space, wish)
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
        f"{OWN}search": definition.search,
        f"{OWN}metric": definition.metric,
        f"{OWN}goal": definition.goal,
        f"{OWN}trials": definition.trials,
        f"{OWN}seed": definition.seed,
    }
    note = pages.note(plan.client, plan.parent, plan.space, definition)
    tags = {pages.COMPARE_TAG: plan.comparison, pages.NOTE_TAG: note}
    plan.client.log_batch(
        plan.parent.info.run_id,
        params=[values.param(name, value) for name, value in said.items()],
        tags=values.tags(tags),
        synchronous=True,
    )
