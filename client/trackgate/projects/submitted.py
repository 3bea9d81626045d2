"""The run of a project, once it was handed to a backend."""

from __future__ import annotations

from abc import ABC, abstractmethod


class SubmittedRun(ABC):
    """A run that goes on somewhere; MLflow's `SubmittedRun`, method by method."""

    @property
    @abstractmethod
    def run_id(self) -> str:
        """The run that records it."""

    @abstractmethod
    def wait(self) -> bool:
        """Wait for its end; whether it succeeded.

        When this returns, the recorded run has its last status too.
        """

    @abstractmethod
    def get_status(self) -> str:
        """SCHEDULED, RUNNING, FINISHED, FAILED or KILLED."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop it, if it still goes on, and wait until it has stopped."""
