"""Who is logging."""

import os


def come_in(passwords, name):
    """From now on the client says that it is this one of the people."""
    os.environ["MLFLOW_TRACKING_USERNAME"] = name
    os.environ["MLFLOW_TRACKING_PASSWORD"] = passwords[name]
