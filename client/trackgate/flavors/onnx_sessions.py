"""ONNX Runtime's sessions: which providers compute, with which options."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.flavors.libraries import library

_logger = logging.getLogger("trackgate")
_CPU = "CPUExecutionProvider"
_MODES = {"sequential": "ORT_SEQUENTIAL", "parallel": "ORT_PARALLEL"}
_LEVELS = (0, 1, 2, 99)
_EXTRA = "extra_session_config"
_THREADS = ("intra_op_num_threads", "inter_op_num_threads")
# What protobuf takes as one message, with room for the rest of it.
_ONE_MESSAGE_BYTES = 2**31 - 2**20


def check_session_options(options: Any) -> None:
    """Raise InvalidParameterValue for options that no session would take."""
    if options is None:
        return
    if not isinstance(options, Mapping):
        raise InvalidParameterValue(
            f"onnx_session_options is a dictionary, not a {type(options).__name__}."
        )
    known = library("onnxruntime").SessionOptions
    given: dict[Any, Any] = dict(options)  # pyright: ignore[reportUnknownArgumentType]
    for name, value in given.items():
        if not isinstance(name, str) or (name != _EXTRA and not hasattr(known, name)):
            raise InvalidParameterValue(f"ONNX Runtime has no session option {name!r}.")
        if not _is_allowed(name, value):
            raise InvalidParameterValue(
                f"The session option {name} cannot be {value!r}."
            )


def open_session(model: Any, providers: Any, options: Mapping[str, Any] | None) -> Any:
    """A session that computes a graph.

    providers  names, or pairs of a name and its options, the favourite first; those
               that this machine lacks are left out, and the CPU is always there
    """
    runtime = library("onnxruntime")
    usable = _usable(providers, set(runtime.get_available_providers()))
    configured = _configured(runtime, options or {})
    with _as_session_takes_it(model) as source:
        try:
            return runtime.InferenceSession(source, configured, providers=usable)
        except Exception as error:
            if usable == [_CPU]:
                raise
            # Built in, but without its driver or libraries.
            _logger.warning("%s does not start, so the CPU computes: %s", usable, error)
            return runtime.InferenceSession(source, configured, providers=[_CPU])


def _is_allowed(name: str, value: Any) -> bool:
    if name == _EXTRA:
        return isinstance(value, Mapping)
    if name == "execution_mode":
        return isinstance(value, str) and value.lower() in _MODES
    if name == "graph_optimization_level":
        return value in _LEVELS
    return name not in _THREADS or (isinstance(value, int) and value >= 0)


def _usable(providers: Any, available: set[str]) -> list[Any]:
    # Files written by hand have a single name; pairs come out of YAML as lists.
    wanted: Sequence[Any] = [providers] if isinstance(providers, str) else providers
    entries = [one if isinstance(one, str) else tuple(one) for one in wanted]
    here = [one for one in entries if _name(one) in available]
    return here or [_CPU]


def _name(provider: str | tuple[Any, ...]) -> str:
    return provider if isinstance(provider, str) else str(provider[0])


def _configured(runtime: Any, options: Mapping[str, Any]) -> Any:
    made = runtime.SessionOptions()
    for name in _THREADS:
        if options.get(name):
            setattr(made, name, options[name])
    if mode := options.get("execution_mode"):
        made.execution_mode = getattr(runtime.ExecutionMode, _MODES[mode.lower()])
    if level := options.get("graph_optimization_level"):
        made.graph_optimization_level = runtime.GraphOptimizationLevel(level)
    extra: Mapping[str, str] = options.get(_EXTRA) or {}
    for name, value in extra.items():
        made.add_session_config_entry(name, value)
    return made


@contextmanager
def _as_session_takes_it(model: Any) -> Generator[Any]:
    """The graph as bytes, or as a file where it is too large for one message."""
    if model.ByteSize() < _ONE_MESSAGE_BYTES:
        yield model.SerializeToString()
        return
    onnx = library("onnx")
    with tempfile.TemporaryDirectory(prefix="trackgate-onnx-") as folder:
        file = Path(folder) / "model.onnx"
        # Moves the tensors out of the model, and back when it is read again.
        onnx.save_model(model, str(file), save_as_external_data=True)
        onnx.load_external_data_for_model(model, folder)
        yield str(file)
