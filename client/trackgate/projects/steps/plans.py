"""What each step will be run with: its own parameters, and those of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trackgate.errors import ExecutionException
from trackgate.projects import commands, mlproject
from trackgate.projects.specification import EntryPoint, Project, Step
from trackgate.projects.steps import references


@dataclass(frozen=True, slots=True)
class Plan:
    """A step, ready to be run.

    entry_point  with what the step sets as its defaults, because paths in the file are
                 relative to the project
    given        further values: outputs of earlier steps, and what was asked for
    """

    step: Step
    entry_point: EntryPoint
    given: Mapping[str, str]

    def with_inputs(self, runs: Mapping[str, str]) -> Plan:
        """The same with the outputs of earlier steps as URIs.

        runs  ids of the runs that have them, by step
        """
        return replace(self, given=references.resolved(self.given, runs))


def make(
    project: Project, parameters: Mapping[str, str], reuse_steps: bool = True
) -> dict[str, Plan]:
    """The steps of a project with the parameters of the whole.

    parameters   `STEP.NAME` is a parameter of one step. `NAME` is one of each step
                 whose entry point has it, unless the step takes it from an earlier one.
    reuse_steps  take steps that have not changed from their earlier runs

    Raises ExecutionException naming step, file and parameter, also where no step has
    such a parameter, or a value is not of its type.
    """
    plans = {
        name: _plan(
            project, replace(step, cache=step.cache and reuse_steps), parameters
        )
        for name, step in project.steps.items()
    }
    for name in parameters:
        if not any(_concerns(name, plan) for plan in plans.values()):
            raise ExecutionException(
                f"{project.file}: no step has a parameter {name!r}; there are"
                f" {', '.join(_names(plans))}."
            )
    for plan in plans.values():
        _check(project, plan)
    return plans


def _plan(project: Project, step: Step, parameters: Mapping[str, str]) -> Plan:
    entry_point = mlproject.find_entry_point(project, step.entry_point)
    known = entry_point.parameters
    defaults: dict[str, str] = {}
    given: dict[str, str] = {}
    for name, value in step.parameters.items():
        is_default = name in known and references.parse(value) is None
        (defaults if is_default else given)[name] = value
    for name, value in parameters.items():
        own = name.removeprefix(f"{step.name}.")
        if own != name or (name in known and name not in given):
            given[own] = value
    with_defaults = {
        name: replace(one, default=defaults.get(name, one.default))
        for name, one in known.items()
    }
    return Plan(step, replace(entry_point, parameters=with_defaults), given)


def _check(project: Project, plan: Plan) -> None:
    try:
        commands.checked(project, plan.entry_point, plan.given)
    except ExecutionException as error:
        raise ExecutionException(f"Step {plan.step.name!r}: {error.message}") from None


def _concerns(name: str, plan: Plan) -> bool:
    is_its_own = name.startswith(f"{plan.step.name}.")
    return is_its_own or name in plan.entry_point.parameters


def _names(plans: Mapping[str, Plan]) -> list[str]:
    names = {name for plan in plans.values() for name in plan.entry_point.parameters}
    return sorted(names) or ["none"]
