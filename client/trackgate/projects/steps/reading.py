"""Reads `steps:` of an MLproject file, and sees to it that the steps fit together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from trackgate import artifact_names
from trackgate.errors import ExecutionException, InvalidParameterValue
from trackgate.projects.sections import Section
from trackgate.projects.specification import EntryPoint, Step
from trackgate.projects.steps import references

_NAME = re.compile(r"[\w-]+")
_FIELDS = frozenset(one.name for one in fields(Step)) - {"name"}
# What may be a URI.
_REFERRING = ("path", "string", "uri")

FindEntryPoint = Callable[[str], EntryPoint]


def read(top: Section, find_entry_point: FindEntryPoint) -> dict[str, Step]:
    """The steps of a project's file, in its order; none where it has no `steps:`.

    find_entry_point  gives the project's entry points by name, and raises
                      ExecutionException

    A step needs those that it names, and those whose outputs its parameters are. Raises
    ExecutionException naming file, step and field.
    """
    sections = dict(top.parts("steps", "step"))
    steps = {name: _step(name, section) for name, section in sections.items()}
    for name, step in steps.items():
        _check_needs(step, steps, sections[name])
        _check_entry_point(step, sections[name], find_entry_point)
        _check_references(step, steps, sections[name])
    _check_order(steps, sections)
    return steps


def _step(name: str, section: Section) -> Step:
    if not _NAME.fullmatch(name):
        raise section.refusal(
            "steps", f"the name {name!r} has more than letters, digits, _ and - in it."
        )
    unknown = [field for field in section.fields if field not in _FIELDS]
    if unknown:
        known = ", ".join(sorted(_FIELDS))
        raise section.refusal(str(unknown[0]), f"it is none of a step's: {known}.")
    parameters = _parameters(section)
    needs = section.texts("needs")
    by_reference = sorted(references.steps_in(parameters) - set(needs))
    return Step(
        name,
        section.text("entry_point") or name,
        parameters,
        needs=(*needs, *by_reference),
        outputs=_paths(section, "outputs"),
        code=_code(section),
        cache=_cache(section),
    )


def _parameters(section: Section) -> dict[str, str]:
    given = section.section("parameters")
    found: dict[str, str] = {}
    for name in given.fields:
        value = given.text(name)
        if value is None:
            raise given.refusal(str(name), "it has no value.")
        found[str(name)] = value
    return found


def _paths(section: Section, field: str) -> tuple[str, ...]:
    try:
        return tuple(artifact_names.join(one) for one in section.texts(field))
    except InvalidParameterValue as error:
        raise section.refusal(field, error.message) from None


def _code(section: Section) -> tuple[str, ...]:
    found = _paths(section, "code")
    for path in found:
        if not (section.file.parent / path).exists():
            raise section.refusal("code", f"the project has no {path!r}.")
    return found


def _cache(section: Section) -> bool:
    found = section.fields.get("cache", True)
    if not isinstance(found, bool):
        raise section.refusal("cache", f"{found!r} is neither true nor false.")
    return found


def _check_needs(step: Step, steps: Mapping[str, Step], section: Section) -> None:
    for needed in step.needs:
        if needed not in steps:
            known = ", ".join(steps)
            raise section.refusal(
                "needs", f"there is no step {needed!r}; there are {known}."
            )


def _check_entry_point(step: Step, section: Section, find: FindEntryPoint) -> None:
    try:
        entry_point = find(step.entry_point)
    except ExecutionException as error:
        raise section.refusal("entry_point", error.message) from None
    for name, value in step.parameters.items():
        known = entry_point.parameters.get(name)
        if known and known.type not in _REFERRING and references.parse(value):
            raise section.refusal(
                f"parameters.{name}",
                f"a step's output fits the types {', '.join(_REFERRING)}, and"
                f" {entry_point.name!r} wants one of the type {known.type}.",
            )


def _check_references(step: Step, steps: Mapping[str, Step], section: Section) -> None:
    for name, value in step.parameters.items():
        reference = references.parse(value)
        if reference is None:
            continue
        offered = steps[reference.step].outputs
        if not any(_is_in(reference.path, output) for output in offered):
            known = ", ".join(offered) or "none"
            raise section.refusal(
                f"parameters.{name}",
                f"the step {reference.step!r} has no output {reference.path!r}; its"
                f" outputs: {known}.",
            )


def _is_in(path: str, output: str) -> bool:
    return PurePosixPath(path).is_relative_to(output)


def _check_order(steps: Mapping[str, Step], sections: Mapping[str, Section]) -> None:
    try:
        TopologicalSorter({one.name: one.needs for one in steps.values()}).prepare()
    except CycleError as error:
        # The first and the last are the same, and each is needed by the next.
        circle = error.args[1][::-1]
        said = ", which needs ".join(circle[1:])
        raise sections[circle[0]].refusal(
            "needs", f"{circle[0]} needs {said}: none of them can be the first."
        ) from None
