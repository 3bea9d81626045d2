"""A real Jupyter kernel, and a person who is logged in to a real stack."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import nbformat
import pytest
import trackgate
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from tests.fixtures.sites import PASSWORDS, Stack


class Kernel:
    """Runs cells one after the other, as a notebook does."""

    def __init__(self, client: NotebookClient) -> None:
        self._client = client

    def run(self, source: str) -> list[NotebookNode]:
        """What the cell put out; raises CellExecutionError."""
        cell = new_code_cell(source)
        self._client.nb.cells.append(cell)
        self._client.execute_cell(cell, len(self._client.nb.cells) - 1)
        return cell.outputs

    def html(self, source: str) -> str:
        """All HTML that the cell put out."""
        outputs = self.run(source)
        return "".join(one.get("data", {}).get("text/html", "") for one in outputs)


def environment(stack: Stack) -> dict[str, str]:
    """Where the server is, and who asks."""
    return {
        "TRACKING_URI": stack.address,
        "TRACKING_USERNAME": "ada",
        "TRACKING_PASSWORD": PASSWORDS["ada"],
    }


@pytest.fixture(scope="session")
def kernel(stack: Stack) -> Iterator[Kernel]:
    """A kernel that has loaded the extension and speaks to the stack."""
    client = NotebookClient(new_notebook(), kernel_name="python3", timeout=60)
    with client.setup_kernel(env={**os.environ, **environment(stack)}):
        started = Kernel(client)
        started.run("import trackgate\n%load_ext trackgate")
        yield started
    nbformat.validate(client.nb)


@pytest.fixture
def ada(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """This process is ada's; the id of a fresh experiment of hers."""
    for name, value in environment(stack).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "")
    yield trackgate.set_experiment(f"experiment {uuid.uuid4()}").experiment_id
    while trackgate.active_run():
        trackgate.end_run()
