"""JSON bodies of the scoring protocol: which form came, and its bytes or value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from trackgate.errors import BadRequest
from trackgate.serving.json_values import is_object, shown

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_PARAMS = "params"
_KEYS = (*FORMS, _PARAMS)
_SPLIT_KEYS = {"columns", "data", "index"}


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    dataframe_split: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    dataframe_records: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    instances: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    inputs: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    params: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_envelopes = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class Payload:
    """What a JSON body holds.

    form    one of FORMS
    data    its value, or its JSON text where that has not been decoded yet
    params  parameters of the prediction, as the caller gave them
    """

    form: str
    data: Any
    params: Mapping[str, Any] | None

    def value(self) -> Any:
        """The data as lists, dictionaries, texts and numbers."""
        if isinstance(self.data, msgspec.Raw):
            return _decoded(self.data)
        return self.data


def read(body: bytes) -> Payload:
    """Raises BadRequest for anything but an object with exactly one form."""
    try:
        envelope = _envelopes.decode(body)
    except msgspec.ValidationError as error:
        raise BadRequest(_wrong_shape(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Python's JSON writes NaN and Infinity, which are none.
        return _from_values(_read_as_python_does(body))
    except RecursionError:
        raise BadRequest(_TOO_DEEP) from None
    if any(body.count(b'"%b"' % key.encode()) > 1 for key in _KEYS):
        _refuse_doubles(body)
    given = {key: getattr(envelope, key) for key in _KEYS}
    return _payload(
        {key: raw for key, raw in given.items() if raw is not msgspec.UNSET}
    )


def split_parts(value: object) -> dict[str, Any]:
    """The parts of a `dataframe_split`, of which `data` is there; raises BadRequest."""
    if not is_object(value):
        raise BadRequest(f"'dataframe_split' must be an object, not {shown(value)}.")
    if value.keys() - _SPLIT_KEYS or "data" not in value:
        raise BadRequest(
            "'dataframe_split' has 'data' and, if wanted, 'columns' and 'index'; it"
            f" has {', '.join(map(repr, value)) or 'nothing'}."
        )
    return value


def _payload(given: dict[str, Any]) -> Payload:
    params = given.pop(_PARAMS, None)
    if isinstance(params, msgspec.Raw):
        params = _decoded(params)
    if params is not None and not is_object(params):
        raise BadRequest(f"'params' must be an object, not {_kind(params)}.")
    if len(given) != 1:
        raise BadRequest(f"{_NEEDED} It has {_listed(given)}.")
    ((form, data),) = given.items()
    return Payload(form, data, params)


def _from_values(found: object) -> Payload:
    if not is_object(found):
        raise BadRequest(f"{_NEEDED} It is {_kind(found)}.")
    unknown = found.keys() - set(_KEYS)
    if unknown:
        raise BadRequest(_unknown(min(unknown)))
    return _payload(found)


def _read_as_python_does(body: bytes) -> object:
    try:
        return json.loads(body, object_pairs_hook=_pairs)
    except RecursionError:
        raise BadRequest(_TOO_DEEP) from None
    except ValueError as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except RecursionError:
        raise BadRequest(_TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Also a number outside of a double's range, which becomes an infinity.
        return _read_as_python_does(bytes(raw))


def _refuse_doubles(body: bytes) -> None:
    """A name may also stand deeper, or in a text; only doubled keys are wrong."""
    _read_as_python_does(body)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise BadRequest(f"The key {twice!r} is given twice in one object.")
    return found


def _wrong_shape(error: msgspec.ValidationError) -> str:
    text = str(error)
    _, marker, field = text.partition("unknown field ")
    if marker:
        return _unknown(field.partition(" - at")[0].strip("`"))
    return f"{_NEEDED} {text}."


def _unknown(key: str) -> str:
    return f"{_NEEDED} The key {key!r} is none of them."


def _listed(given: Mapping[str, Any]) -> str:
    return " and ".join(map(repr, given)) if given else "none of them"


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number or a truth value")


_KINDS: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    type(None): "null",
}
_TOO_DEEP = "The JSON is nested too deeply."
_NEEDED = (
    "The body must be a JSON object with exactly one of 'dataframe_split',"
    " 'dataframe_records', 'instances' and 'inputs', and with 'params' if they are"
    " wanted."
)
