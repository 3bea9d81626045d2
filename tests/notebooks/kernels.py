"""Real Jupyter kernels."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook


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


@contextmanager
def running_kernel(variables: Mapping[str, str]) -> Iterator[Kernel]:
    """A kernel with further variables; what it has put out is a valid notebook."""
    client = NotebookClient(new_notebook(), kernel_name="python3", timeout=60)
    with client.setup_kernel(env={**os.environ, **variables}):
        yield Kernel(client)
    nbformat.validate(client.nb)
