"""A signature for a model that is saved or logged already."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from trackgate.errors import InvalidParameterValue
from trackgate.models.mlmodel import MLMODEL_FILE_NAME, Model
from trackgate.models.signature import ModelSignature


def set_signature(model_uri: str, signature: ModelSignature) -> None:
    """Give a model another signature: one in a folder, of a run, or a logged one.

    Raises InvalidParameterValue for a version of a registered model, which does not
    change, and NotFound.
    """
    if not isinstance(signature, ModelSignature):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidParameterValue(f"{signature!r} is no ModelSignature.")
    if Path(model_uri).is_dir():
        _rewrite(Path(model_uri) / MLMODEL_FILE_NAME, signature)
        return
    # Only the client needs to reach for them.
    from trackgate.artifacts import download_artifacts  # noqa: PLC0415
    from trackgate.fluent import session  # noqa: PLC0415
    from trackgate.models.uris import resolve  # noqa: PLC0415

    client = session.client()
    place = resolve(model_uri, client)
    if place.local_path is not None:
        _rewrite(place.local_path / MLMODEL_FILE_NAME, signature)
        return
    if place.kind not in ("run", "logged-model"):
        raise InvalidParameterValue(
            f"{model_uri!r} is a version of a registered model, or no model's own URI."
            " Give the URI of the run or of the logged model it was made from."
        )
    with TemporaryDirectory(prefix="trackgate-") as scratch:
        uri = f"{place.artifact_uri}/{MLMODEL_FILE_NAME}"
        file = Path(download_artifacts(uri, dst_path=scratch))
        _rewrite(file, signature)
        if place.kind == "logged-model" and place.model_id:
            client.log_model_artifact(place.model_id, file)
        else:
            run_id, _, path = model_uri.removeprefix("runs:/").partition("/")
            client.log_artifact(run_id, file, path)


def _rewrite(file: Path, signature: ModelSignature) -> None:
    model = Model.load(file)
    model.signature = signature
    model.save(file)
