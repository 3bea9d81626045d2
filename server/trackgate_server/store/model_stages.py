"""The stages of model versions as the small numbers the table holds."""

from __future__ import annotations

from trackgate_wire.model_versions import ModelStage

STAGES = tuple(ModelStage)
STAGE_NUMBERS = {stage: number for number, stage in enumerate(STAGES)}

NONE = STAGE_NUMBERS[ModelStage.NONE]
ARCHIVED = STAGE_NUMBERS[ModelStage.ARCHIVED]
