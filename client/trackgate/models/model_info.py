"""What the calls that log a model give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trackgate.models.mlmodel import Model
from trackgate.models.signature import ModelSignature


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A logged model; names and meanings are MLflow's.

    model_uri                 loads it: `models:/MODEL_ID`, else `runs:/RUN_ID/PATH`
    registered_model_version  as text; None where it was not registered
    name, params, tags, …     of the logged model; empty where there is none
    """

    model_uri: str
    artifact_path: str | None
    model_id: str | None
    model_uuid: str | None
    run_id: str | None
    flavors: Mapping[str, Any]
    signature: ModelSignature | None
    saved_input_example_info: Mapping[str, Any] | None
    utc_time_created: str
    mlflow_version: str | None
    metadata: Mapping[str, Any] | None
    registered_model_version: str | None = None
    name: str | None = None
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    creation_timestamp: int | None = None

    @classmethod
    def of(cls, model: Model, **more: Any) -> ModelInfo:
        """What the MLmodel file says, and what is known beside it."""
        uri = f"runs:/{model.run_id}/{model.artifact_path}"
        return cls(
            model_uri=f"models:/{model.model_id}" if model.model_id else uri,
            artifact_path=model.artifact_path,
            model_id=model.model_id,
            model_uuid=model.model_uuid,
            run_id=model.run_id,
            flavors=model.flavors,
            signature=model.signature,
            saved_input_example_info=model.saved_input_example_info,
            utc_time_created=model.utc_time_created,
            mlflow_version=model.mlflow_version,
            metadata=model.metadata,
            **more,
        )

    def _repr_html_(self) -> str:
        """As a notebook shows it: with a link to its page."""
        # Only notebooks need it.
        from trackgate.notebooks import models  # noqa: PLC0415

        return models.info_html(self)
