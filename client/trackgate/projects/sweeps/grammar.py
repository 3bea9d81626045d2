"""How the values of a sweep's parameter are written.

1..8               whole numbers, or any between 1 and 8 where the type is float
0.001..0.1         any number between
1..9..2            1, 3, 5, 7, 9: the third number is the distance
log:0.001..0.1     any number between, drawn by its logarithm
gini,entropy       one of these
["a,b", "c..d"]    one of these, as JSON, where commas or dots mean themselves
anything else      the same for all
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from numbers import Real
from typing import cast

from trackgate.errors import InvalidParameterValue
from trackgate.projects.sections import refusal
from trackgate.projects.specification import EntryPoint, Project
from trackgate.projects.sweeps.space import Axis, Choices, Range, Space, Steps

_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"(log:)?({_NUMBER})\.\.({_NUMBER})(?:\.\.({_NUMBER}))?")
_WHOLE = re.compile(r"[+-]?\d+")
_LOG = "log:"
# Whole numbers further apart than this, such as seeds, are drawn but not counted off.
_MOST_STEPS = 1_000_000


def read_space(
    project: Project, entry_point: EntryPoint, given: Mapping[str, str]
) -> Space:
    """The space that texts describe.

    Raises ExecutionException naming file, entry point and parameter where a text
    cannot be read. Whether each value is of its type, `commands.checked` says.
    """
    axes: list[Axis] = []
    for name, text in given.items():
        known = entry_point.parameters.get(name)
        try:
            axes.append(_axis(name, text, known.type if known else "string"))
        except ValueError as error:
            raise refusal(
                project.file or project.folder,
                f"parameters.{name}",
                str(error),
                f"entry point {entry_point.name!r}",
            ) from None
    return Space(axes)


def as_text(name: str, given: object) -> str:
    """A parameter's values as code gives them, as text: several of them, a number, a
    path, or a text already; raises InvalidParameterValue for anything else."""
    if isinstance(given, str):
        return given
    if isinstance(given, Iterable):
        words = [_word(name, one) for one in cast(Iterable[object], given)]
        return json.dumps(words)
    word = _word(name, given)
    return word if isinstance(given, Real) else json.dumps([word])


def _word(name: str, value: object) -> str:
    if isinstance(value, str | Real | os.PathLike):
        return str(cast(object, value))
    raise InvalidParameterValue(
        f"Parameter {name!r} has the value {value!r}; texts and numbers are allowed."
    )


def _axis(name: str, text: str, kind: str) -> Axis:
    found = _RANGE.fullmatch(text)
    if found:
        log, low, high, step = found.groups()
        return _range(name, kind, (low, high, step), log=bool(log))
    if text.startswith(_LOG):
        raise ValueError(f"{text!r} is no range, such as log:0.001..0.1.")
    texts = _listed(text)
    if len(set(texts)) < len(texts):
        raise ValueError(f"{text!r} has a value twice.")
    return Choices(name, texts)


def _listed(text: str) -> tuple[str, ...]:
    if text.startswith("["):
        return _json(text)
    if "," not in text:
        return (text,)
    texts = tuple(one.strip() for one in text.split(","))
    if not all(texts):
        raise ValueError(
            f"{text!r} has an empty value between its commas; where a comma belongs to"
            f" the value, write it as JSON: {json.dumps([text])}."
        )
    return texts


def _json(text: str) -> tuple[str, ...]:
    try:
        found = json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        return (text,)
    if not found or not all(isinstance(one, str) for one in found):
        raise ValueError(f"{text!r} is no list of texts and numbers.")
    return tuple(found)


def _range(
    name: str, kind: str, numbers: tuple[str, str, str | None], *, log: bool
) -> Axis:
    low, high, step = numbers
    low_number, high_number = Decimal(low), Decimal(high)
    whole = kind != "float" and all(_WHOLE.fullmatch(one) for one in numbers if one)
    if kind == "int" and not whole:
        raise ValueError(f"{low}..{high} is not of whole numbers, and its type is int.")
    if low_number >= high_number:
        raise ValueError(f"{low}..{high} does not go upwards.")
    if log and (low_number <= 0 or step is not None):
        raise ValueError("log: is for two numbers above 0, such as log:0.001..0.1.")
    if step is not None or (whole and high_number - low_number < _MOST_STEPS):
        return _steps(name, low_number, high_number, Decimal(step or 1), log=log)
    return Range(name, float(low_number), float(high_number), whole, log)


def _steps(name: str, low: Decimal, high: Decimal, step: Decimal, *, log: bool) -> Axis:
    if step <= 0:
        raise ValueError(f"{low}..{high}..{step}: the distance has to be above 0.")
    count = int((high - low) / step) + 1
    if count > _MOST_STEPS:
        raise ValueError(
            f"{low}..{high} has {count:,} values; at most {_MOST_STEPS:,} are allowed."
        )
    return Steps(name, low, step, count, log)
