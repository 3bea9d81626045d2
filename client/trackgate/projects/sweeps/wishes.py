"""What somebody asks of a new sweep, and the definition that it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_args

from trackgate_wire import rules

from trackgate.errors import InvalidParameterValue
from trackgate.projects.beginning import Order
from trackgate.projects.jobs import Options
from trackgate.projects.specification import EntryPoint
from trackgate.projects.sweeps import grammar, searches
from trackgate.projects.sweeps.definition import Definition, Goal, SearchName
from trackgate.projects.sweeps.space import Space
from trackgate.projects.sweeps.standing import BEST

# Before names of parameters of the parent that say how it searches.
OWN = "sweep."
_LOGIN = re.compile(r'://[^/?#\s"]*@')


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


def definition_of(
    order: Order,
    entry_point: EntryPoint,
    texts: Mapping[str, str],
    space: Space,
    wish: Wish,
) -> Definition:
    """What is the same in all lives of the sweep; raises InvalidParameterValue."""
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


def texts_of(parameters: Mapping[str, object]) -> dict[str, str]:
    """Each parameter's values as text; raises InvalidParameterValue."""
    texts = {name: grammar.as_text(name, one) for name, one in parameters.items()}
    for name, text in texts.items():
        if name.startswith(OWN):
            raise InvalidParameterValue(
                f"Parameter {name!r}: names that begin with {OWN!r} are the sweep's."
            )
        if _LOGIN.search(text):
            raise InvalidParameterValue(
                f"Parameter {name!r} has an address with a name or password in it. A"
                " sweep keeps its values to be resumed; have the program read it"
                " elsewhere."
            )
    return texts


def needs(options: Options) -> tuple[str, ...]:
    """What has to be given again to resume a sweep, by the names of arguments."""
    given = {
        "backend_config": options.config,
        "docker_args": options.docker_args,
        "docker_auth": options.docker_auth,
    }
    return tuple(name for name, value in given.items() if value)
