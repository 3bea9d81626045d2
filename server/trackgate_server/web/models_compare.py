"""Two versions of a registered model beside each other, what differs first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol, TypeVar

from trackgate_wire.model_versions import ModelVersion

from trackgate_server.operations import version_facts
from trackgate_server.operations.version_facts import VersionFacts
from trackgate_server.web import shown
from trackgate_server.web.artifact_models import ModelFile
from trackgate_server.web.models_description import described
from trackgate_server.web.page import View, Visit, page

_WANTED = 2


class Side(NamedTuple):
    """One of the two: what is known of it, and its MLmodel file."""

    facts: VersionFacts
    file: ModelFile | None

    @property
    def version(self) -> ModelVersion:
        return self.facts.version


class Line(NamedTuple):
    """One thing, in both; None where it is missing. Numbers have a difference."""

    name: str
    left: str | float | None
    right: str | float | None
    change: float | None

    @property
    def differs(self) -> bool:
        """NaN counts as equal to itself."""
        left, right = self.left, self.right
        return left != right and not (left != left and right != right)


class Group(NamedTuple):
    """Things of one kind; `numbers` where they are numbers."""

    name: str
    lines: list[Line]
    numbers: bool = False

    def only(self, differing: bool) -> Group:
        """Those that differ, or those that do not."""
        lines = [line for line in self.lines if line.differs == differing]
        return self._replace(lines=lines)


Values = Mapping[str, str] | Mapping[str, float]


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_KeyedT = TypeVar("_KeyedT", bound=_Keyed)


@page("/models/<name>/compare", wants="none")
def compare(visit: Visit, name: str) -> View:
    numbers = list(dict.fromkeys(filter(None, visit.query.getlist("version"))))
    if len(numbers) != _WANTED:
        return View("model_choose.html", {"name": name, "chosen": numbers})
    sides = [
        Side(facts, described(visit.scope, name, facts.version.version).file)
        for facts in version_facts.get_all(visit.scope, name, numbers)
    ]
    groups = _groups(*sides)
    return View(
        "model_compare.html",
        {
            "name": name,
            "versions": [side.version for side in sides],
            "differing": [one for g in groups if (one := g.only(True)).lines],
            "alike": [one for g in groups if (one := g.only(False)).lines],
        },
    )


def _groups(left: Side, right: Side) -> list[Group]:
    """All that is held against each other, in the order of the page."""

    def group(name: str, values: Callable[[Side], Values]) -> Group:
        return Group(name, _lines(values(left), values(right)))

    metrics = group("Metrics", _metrics)._replace(numbers=True)
    signature = [
        group(f"Signature: {name.lower()}", _signed(name))
        for name in _parts(left, right)
    ]
    return [
        group("About", _about),
        metrics,
        group("Parameters", _params),
        group("Tags", _tags),
        *signature,
        group("Flavors", _flavors),
    ]


def _lines(left: Values, right: Values) -> list[Line]:
    names = dict.fromkeys([*left, *right])
    return [_line(name, left.get(name), right.get(name)) for name in names]


def _line(name: str, left: str | float | None, right: str | float | None) -> Line:
    if isinstance(left, float) and isinstance(right, float):
        return Line(name, left, right, right - left)
    return Line(name, left, right, None)


def _about(side: Side) -> dict[str, str]:
    version, run = side.version, side.facts.run
    return {
        "Stage": version.current_stage,
        "Aliases": ", ".join(f"@{alias}" for alias in version.aliases) or shown.NOTHING,
        "By": version.user_id or shown.NOTHING,
        "Source run": run.info.run_name if run else shown.NOTHING,
        "Description": version.description or shown.NOTHING,
    }


def _metrics(side: Side) -> dict[str, float]:
    run = side.facts.run
    found = run.data.metrics if run else []
    return {one.key: float(one.value) for one in _sorted(found)}


def _params(side: Side) -> dict[str, str]:
    run = side.facts.run
    return {one.key: one.value for one in _sorted(run.data.params if run else [])}


def _tags(side: Side) -> dict[str, str]:
    return {one.key: one.value for one in _sorted(side.version.tags)}


def _flavors(side: Side) -> dict[str, str]:
    return side.file.flavors if side.file else {}


def _sorted(found: Iterable[_KeyedT]) -> list[_KeyedT]:
    return sorted(found, key=lambda one: one.key)


def _parts(*sides: Side) -> Iterable[str]:
    return dict.fromkeys(
        part.name for side in sides if side.file for part in side.file.signature
    )


def _signed(part_name: str) -> Callable[[Side], dict[str, str]]:
    """The fields of one part of the signature, such as "Inputs"."""

    def fields(side: Side) -> dict[str, str]:
        parts = side.file.signature if side.file else []
        return {
            field.name: " ".join(filter(None, (field.type, field.need)))
            for part in parts
            if part.name == part_name
            for field in part.fields
        }

    return fields
