"""The package's names: all there, light to import, one method for each endpoint."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import trackgate
from trackgate import TrackingClient
from trackgate.calls import endpoints_of
from trackgate_wire.endpoint import Endpoint
from trackgate_wire.endpoints import ENDPOINTS

SOURCE = Path(trackgate.__file__ or "")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.path)
def test_the_client_has_a_method_for_each_endpoint(
    endpoint: Endpoint[object, object],
) -> None:
    called = [one for found in endpoints_of(TrackingClient).values() for one in found]

    assert endpoint in called


def test_what_is_offered_is_there_and_known_to_type_checkers() -> None:
    module = ast.parse(SOURCE.read_text(encoding="utf-8"))
    (for_type_checkers,) = (node for node in module.body if isinstance(node, ast.If))
    typed = {
        alias.name
        for node in for_type_checkers.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert typed | {"__version__"} == set(trackgate.__all__)
    for name in trackgate.__all__:
        assert getattr(trackgate, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="log_nothing"):
        trackgate.log_nothing  # noqa: B018


def test_the_import_loads_nothing_heavy() -> None:
    program = "import trackgate, sys; print('\\n'.join(sys.modules))"
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    loaded = {name.partition(".")[0] for name in output.split()}
    assert not loaded & {"requests", "msgspec", "click", "pandas", "numpy", "logging"}


def test_logging_a_metric_loads_no_data_science() -> None:
    program = "import trackgate, sys; trackgate.log_metric; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    loaded = {name.partition(".")[0] for name in output.split()}
    assert not loaded & {"click", "pandas", "numpy", "matplotlib", "PIL"}


def test_the_clients_calls_are_documented() -> None:
    for name in trackgate.__all__:
        found = getattr(trackgate, name)
        if inspect.isfunction(found):
            assert found.__doc__, name
