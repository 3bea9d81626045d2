"""What the client hands out: the wire's messages, and a few friendlier shapes.

Attribute names are MLflow's. Metrics, parameters and tags are dictionaries here and
lists on the wire.
"""

from __future__ import annotations

from trackgate_wire.artifacts import FileInfo
from trackgate_wire.datasets import (
    Dataset,
    DatasetInput,
    InputTag,
    RunInputs,
    RunOutputs,
)
from trackgate_wire.datasets import ModelInput as LoggedModelInput
from trackgate_wire.datasets import ModelOutput as LoggedModelOutput
from trackgate_wire.experiments import ExperimentTag
from trackgate_wire.logged_models import LoggedModelParam as LoggedModelParameter
from trackgate_wire.logged_models import LoggedModelTag
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param, RunInfo, RunTag
from trackgate_wire.scalars import LifecycleStage, RunStatus, ViewType

from trackgate.entities import model_registry
from trackgate.entities.experiments import Experiment
from trackgate.entities.logged_models import LoggedModel, LoggedModelStatus
from trackgate.entities.pages import PagedList
from trackgate.entities.runs import Run, RunData
from trackgate.entities.views import view_type

__all__ = [
    "Dataset",
    "DatasetInput",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "InputTag",
    "LifecycleStage",
    "LoggedModel",
    "LoggedModelInput",
    "LoggedModelOutput",
    "LoggedModelParameter",
    "LoggedModelStatus",
    "LoggedModelTag",
    "Metric",
    "PagedList",
    "Param",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "ViewType",
    "model_registry",
    "view_type",
]
