"""MLflow's names for the errors, so that `except` clauses need not change."""

from trackgate.errors import ExecutionException, TrackgateError

MlflowException = TrackgateError

__all__ = ["ExecutionException", "MlflowException"]
