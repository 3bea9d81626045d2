"""MLflow's place for the client, so that imports need not change."""

from trackgate.client import MlflowClient, TrackingClient
from trackgate.fluent.session import get_tracking_uri, set_tracking_uri

__all__ = ["MlflowClient", "TrackingClient", "get_tracking_uri", "set_tracking_uri"]
