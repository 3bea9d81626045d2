"""Datasets, inputs and outputs of runs (MLflow REST API, "Log Inputs")."""

from __future__ import annotations

import msgspec

from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.run_ref import RunRef
from trackgate_wire.scalars import Int64


class Dataset(Message, frozen=True):
    """What a run was trained or evaluated on.

    digest          short fingerprint; with the name it identifies the dataset
    source_type     "local", "s3", "code", …
    source          JSON that says where it came from
    schema, profile JSON, may be missing
    """

    name: str
    digest: str
    source_type: str = msgspec.field(default_factory=str)
    source: str = msgspec.field(default_factory=str)
    schema: str | None = None
    profile: str | None = None


class InputTag(Message, frozen=True):
    key: str
    value: str = msgspec.field(default_factory=str)


class DatasetInput(Message, frozen=True):
    """A dataset as a run used it; the tag `mlflow.data.context` says what for."""

    dataset: Dataset
    tags: list[InputTag] = []


class ModelInput(Message, frozen=True):
    model_id: str


class ModelOutput(Message, frozen=True):
    model_id: str
    step: Int64 = msgspec.field(default_factory=int)


class RunInputs(Message, frozen=True):
    dataset_inputs: list[DatasetInput] = []
    model_inputs: list[ModelInput] = []


class RunOutputs(Message, frozen=True):
    model_outputs: list[ModelOutput] = []


class LogInputs(RunRef, frozen=True, kw_only=True):
    datasets: list[DatasetInput] = []
    models: list[ModelInput] = []


class LogOutputs(RunRef, frozen=True, kw_only=True):
    models: list[ModelOutput]


class SearchDatasets(Message, frozen=True):
    experiment_ids: list[str] = []


class DatasetSummary(Message, frozen=True):
    experiment_id: str
    name: str
    digest: str
    context: str | None = None


class DatasetSummaries(Message, frozen=True):
    dataset_summaries: list[DatasetSummary] = []


LOG_INPUTS = Endpoint("POST", "mlflow/runs/log-inputs", LogInputs, Empty, Access.WRITE)
LOG_OUTPUTS = Endpoint("POST", "mlflow/runs/outputs", LogOutputs, Empty, Access.WRITE)
SEARCH_DATASETS = Endpoint(
    "POST",
    "mlflow/experiments/search-datasets",
    SearchDatasets,
    DatasetSummaries,
    Access.READ,
    # The peer's own path lacks a slash, and its clients call it without.
    aliases=(
        "/api/2.0mlflow/experiments/search-datasets",
        "/ajax-api/2.0mlflow/experiments/search-datasets",
    ),
)
