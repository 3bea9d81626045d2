"""MLflow's name for the errors, so that `except` clauses need not change."""

from trackgate.errors import TrackgateError

MlflowException = TrackgateError

__all__ = ["MlflowException"]
