"""A scoring server without a network, and what it is asked."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trackgate.models import Model, ModelSignature
from trackgate.models.schema import ColSpec, Schema
from trackgate.pyfunc.loaded import PyFuncModel
from trackgate.serving.application import Scoring

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
MOST_BYTES = 100_000

Predict = Callable[[Any, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Answered:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def predictions(self) -> Any:
        """What the model said; fails where it said nothing."""
        assert self.status == 200, self.body
        return json.loads(self.body)["predictions"]

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, code and message."""
        said = json.loads(self.body)
        assert said.keys() == {"error_code", "message"}
        return self.status, said["error_code"], said["message"]


class _Model:
    """A model of one function."""

    def __init__(self, predict: Predict) -> None:
        self._predict = predict

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        return self._predict(data, params or {})


class Asked:
    """A scoring server with a model: by default one that gives back its input."""

    def __init__(
        self,
        signature: ModelSignature | None = None,
        predict: Predict = lambda data, _: data,
    ) -> None:
        self._serve(PyFuncModel(Model(signature=signature), None, _Model(predict), {}))

    @classmethod
    def of(cls, model: PyFuncModel) -> Asked:
        """A scoring server with a model that was loaded."""
        asked = cls()
        asked._serve(model)
        return asked

    def _serve(self, model: PyFuncModel) -> None:
        self._application = Scoring(model, MOST_BYTES)

    def post(self, body: Any, kind: str = JSON, path: str = "/invocations") -> Answered:
        """Send bytes as they are, anything else as JSON."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("POST", path, sent, kind)

    def call(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> Answered:
        said: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            said["status"], said["headers"] = int(status[:3]), dict(headers)

        environment = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        answer = b"".join(self._application(environment, start))
        return Answered(said["status"], said["headers"], answer)


def columns(**types: str) -> ModelSignature:
    """A signature of columns; a type that ends in "?" is optional."""
    specs = [
        ColSpec(kind.rstrip("?"), name, required=not kind.endswith("?"))
        for name, kind in types.items()
    ]
    return ModelSignature(inputs=Schema(specs))
