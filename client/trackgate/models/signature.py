"""A model's signature: what it takes, what it gives, and its parameters (MLflow)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.params import ParamSchema
from trackgate.models.schema import Schema


@dataclass(frozen=True)
class ModelSignature:
    """What a model takes and gives; at least one of the three is known.

    Raises InvalidParameterValue where all are missing.
    """

    inputs: Schema | None = None
    outputs: Schema | None = None
    params: ParamSchema | None = None

    def __post_init__(self) -> None:
        for name, kind in _PARTS.items():
            part = getattr(self, name)
            if part is not None and not isinstance(part, kind):
                raise InvalidParameterValue(
                    f"The {name} of a signature are a {kind.__name__},"
                    f" not {type(part).__name__}."
                )
        if all(getattr(self, name) is None for name in _PARTS):
            raise InvalidParameterValue(
                "A signature has at least one of inputs, outputs and params."
            )

    def to_dict(self) -> dict[str, Any]:
        """As in an MLmodel file: each part as JSON in a string."""
        parts = {name: getattr(self, name) for name in _PARTS}
        return {name: part.to_json() if part else None for name, part in parts.items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ModelSignature:
        """The signature that `to_dict` wrote; raises InvalidParameterValue."""
        inputs, outputs, params = (given.get(name) for name in _PARTS)
        return cls(
            inputs=Schema.from_json(inputs) if inputs else None,
            outputs=Schema.from_json(outputs) if outputs else None,
            params=ParamSchema.from_json(params) if params else None,
        )

    def __repr__(self) -> str:
        parts = [f"{name}: \n  {getattr(self, name)!r}\n" for name in _PARTS]
        return "".join(parts)


_PARTS = {"inputs": Schema, "outputs": Schema, "params": ParamSchema}


def infer_signature(
    model_input: Any = None,
    model_output: Any = None,
    params: Mapping[str, Any] | None = None,
) -> ModelSignature:
    """The signature that examples of input, output and parameters show.

    Data may be a data frame or series of pandas, an array or a dictionary of arrays
    (tensors), a sparse matrix, or anything else that JSON can hold. What cannot be
    described becomes one column of any type, with a warning.
    """
    # The signature of a stored model is read without NumPy and pandas.
    from trackgate.models import inference, param_inference  # noqa: PLC0415

    return ModelSignature(
        inputs=inference.schema_or_any("input", model_input),
        outputs=inference.schema_or_any("output", model_output),
        params=param_inference.param_schema(params) if params else None,
    )
