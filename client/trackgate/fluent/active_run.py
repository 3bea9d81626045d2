"""The run that values are logged to."""

from __future__ import annotations

import os
from types import TracebackType

from trackgate.client import TrackingClient
from trackgate.entities import Run
from trackgate.fluent import endings, stack


class ActiveRun(Run):
    """A run that values are logged to; leaving its `with` block ends it.

    A forked child may log to its parent's run, but only the process that started
    a run ends it.

    client  speaks to the server that the run was started on
    """

    def __init__(self, run: Run, client: TrackingClient) -> None:
        super().__init__(run.info, run.data, run.inputs, run.outputs)
        self.client = client
        self._pid = os.getpid()

    @property
    def is_ours(self) -> bool:
        """Whether this process started it."""
        return self._pid == os.getpid()

    def finish(self, status: str, *, hurried: bool) -> None:
        """Send what waits, and note the end.

        hurried  put aside what cannot be sent within a few seconds
        """
        if hurried:
            self.client.settle_in_a_hurry()
        self.client.set_terminated(self.info.run_id, status)

    def __enter__(self) -> ActiveRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # By id, not by object: the run may have been ended and resumed inside.
        if self.is_ours and stack.has(self.info.run_id):
            endings.end_current(endings.status_after(error), error)
