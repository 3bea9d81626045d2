"""JSON to messages and back, as leniently as the protocol's own JSON mapping.

Protocol buffers' JSON mapping lets an int64 arrive as a string, a double as
"NaN" or "Infinity", and takes null for "not set"; plain Python clients also send
the bare word NaN. All of that is read; only well-formed JSON is written.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue

MessageT = TypeVar("MessageT")

encode = msgspec.json.Encoder().encode

MAKING = threading.Lock()
"""Held while a decoder is made. A program with threads that forks takes it before: the
child would wait for ever for a thread it does not have."""

# NUL, which PostgreSQL cannot keep, and halves of surrogate pairs, which are no
# Unicode.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNSTORABLE_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_NAMES = {math.inf: "Infinity", -math.inf: "-Infinity"}


def json_double(value: float) -> float:
    """`value`, or the string that stands for it where JSON has no number.

    The declared type stays float: decoding reads the string back as one.
    """
    if math.isfinite(value):
        return value
    return cast(float, _NAMES.get(value, "NaN"))


def decode(body: bytes, shape: type[MessageT]) -> MessageT:
    """Read a JSON body into `shape`; unknown fields are passed over.

    Raises InvalidParameterValue for what is not JSON, for JSON of the wrong shape,
    naming the field, and for text that no database can keep.
    """
    # The quick way does not look at texts; what is wrong with them comes escaped.
    if b"\\u" in body and _UNSTORABLE_ESCAPE.search(body):
        return _decode_tolerantly(body, shape)
    try:
        return _decoder(shape).decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_tolerantly(body or b"{}", shape)


def decode_query(fields: Mapping[str, list[str]], shape: type[MessageT]) -> MessageT:
    """Read a query string's fields, each with all its values, into `shape`.

    Of a field that may be given once, the first value counts.
    """
    lists = list_fields(shape)
    values = {
        name: given if name in lists else given[0] for name, given in fields.items()
    }
    _check_texts(values)
    return _convert(_with_names(values, shape), shape)


def prepare(shape: type[object]) -> None:
    """Find out now what decoding into `shape` needs, not when it is first used.

    Whatever reads into a class without a decoder of its own calls this first: msgspec
    (0.22) keeps what it finds out of a class before all of it is known, and a thread
    that decodes by the half of it ends the whole process.
    """
    _decoder(shape)


def _decoder(shape: type[MessageT]) -> msgspec.json.Decoder[MessageT]:
    decoder = _decoders.get(shape)
    if decoder is None:
        # One at a time, also for different shapes: they share what they are made of.
        with MAKING:
            decoder = msgspec.json.Decoder(shape, strict=False)
            decoder = _decoders.setdefault(shape, decoder)
    return decoder


_decoders: dict[type[object], msgspec.json.Decoder[Any]] = {}


def list_fields(shape: type[object]) -> frozenset[str]:
    """Names of the fields of `shape` that may be given several times."""
    known = _lists.get(shape)
    if known is None:
        known = _lists[shape] = _find_list_fields(shape)
    return known


_lists: dict[type[object], frozenset[str]] = {}


def _find_list_fields(shape: type[object]) -> frozenset[str]:
    return frozenset(
        field.encode_name
        for field in msgspec.structs.fields(cast(type[msgspec.Struct], shape))
        if any(get_origin(kind) is list for kind in (field.type, *get_args(field.type)))
    )


def _decode_tolerantly(body: bytes, shape: type[MessageT]) -> MessageT:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterValue(
            f"The request's body is not JSON: {error}."
        ) from error
    _check_texts(value)
    return _convert(_with_names(_without_nulls(value), shape), shape)


def _convert(value: object, shape: type[MessageT]) -> MessageT:
    prepare(shape)
    try:
        return msgspec.convert(value, shape, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidParameterValue(_complaint(str(error))) from error


def _check_texts(value: object) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for item in cast(dict[str, object], value).values():
            _check_texts(item)
    elif isinstance(value, list):
        for item in cast(list[object], value):
            _check_texts(item)


def _check_text(text: str) -> None:
    for letter in _UNSTORABLE.findall(text):
        raise InvalidParameterValue(
            f"The request holds the character U+{ord(letter):04X} in"
            f" {rules.shown(text)}, which cannot be stored."
        )


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        fields = cast(dict[str, object], value)
        return {
            name: _without_nulls(item)
            for name, item in fields.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_without_nulls(item) for item in cast(list[object], value)]
    return value


def _with_names(value: object, shape: type[object]) -> object:
    """`value` with its enums' numbers, which protocol buffers allow, as names.

    Numbers count from 1 in the order of the enum's definition.
    """
    if not isinstance(value, dict):
        return value
    fields = dict(cast(dict[str, object], value))
    for name, kind in _enum_fields(shape).items():
        if name in fields:
            fields[name] = _enum_name(fields[name], kind)
    return fields


def _enum_name(value: object, kind: type[StrEnum]) -> object:
    if isinstance(value, bool) or not str(value).isdecimal():
        return value
    names = list(kind)
    number = int(str(value))
    return names[number - 1].value if 1 <= number <= len(names) else value


def _enum_fields(shape: type[object]) -> dict[str, type[StrEnum]]:
    return {
        field.encode_name: kind
        for field in msgspec.structs.fields(cast(type[msgspec.Struct], shape))
        for kind in (field.type, *get_args(field.type))
        if isinstance(kind, type) and issubclass(kind, StrEnum)
    }


def _complaint(message: str) -> str:
    """msgspec's message in the protocol's own words."""
    missing = "Object missing required field `"
    if message.startswith(missing):
        name, _, place = message.removeprefix(missing).partition("`")
        where = place.removeprefix(" - at ").strip(" `").removeprefix("$").strip(".")
        path = f"{where}.{name}" if where else name
        return f"Missing value for required parameter '{path}'."
    problem, _, place = message.partition(" - at ")
    path = place.strip("`").removeprefix("$").strip(".") or "(the whole request)"
    if problem == "Expected `str` of length >= 1":
        return f"Missing value for required parameter '{path}'."
    return f"Invalid value for parameter '{path}': {problem.replace('`', '')}."
