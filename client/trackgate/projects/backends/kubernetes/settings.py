"""What the backend `kubernetes` is told, and the template of its Jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.libraries import load
from trackgate.serving.json_values import are_objects, is_object

_TEMPLATE = "kube-job-template-path"
_REPOSITORY = "repository-uri"
_CONTEXT = "kube-context"
# Where a Job has its containers.
_CONTAINERS = ("spec", "template", "spec", "containers")


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesSettings:
    """The backend's settings, under MLflow's names ("Run an MLflow Project on K8s").

    template    a Job to start from
    repository  of images, such as `registry.example.org/team/name`; None: images are
                not pushed
    context     one of the kube config's; None: the current one
    """

    template: JobTemplate
    repository: str | None = None
    context: str | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> KubernetesSettings:
        """Read them; raises InvalidParameterValue naming what is wrong."""
        context = config.get(_CONTEXT)
        repository = config.get(_REPOSITORY)
        return cls(
            template=JobTemplate.read(Path(_text(config, _TEMPLATE)).expanduser()),
            repository=None if repository is None else str(repository),
            context=None if context is None else str(context),
        )


@dataclass(frozen=True, slots=True)
class JobTemplate:
    """A Job's manifest to fill in, and the file that it is from."""

    file: Path
    manifest: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path) -> JobTemplate:
        """Raises InvalidParameterValue naming the file, and the field that is wrong."""
        yaml = load("yaml", extra="kubernetes")
        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
            raise InvalidParameterValue(f"{file} cannot be read: {reason}") from None
        template = cls(file, found if is_object(found) else {})
        template._check()
        return template

    @property
    def namespace(self) -> str | None:
        """Where its Jobs are made; None: where the kube config says."""
        metadata = self.manifest.get("metadata")
        named = metadata.get("namespace") if is_object(metadata) else None
        return None if named is None else str(named)

    def _check(self) -> None:
        if self.manifest.get("kind") != "Job":
            raise InvalidParameterValue(f"{self.file}: `kind` has to be Job.")
        found: object = self.manifest
        for name in _CONTAINERS:
            found = found.get(name) if is_object(found) else None
        if not are_objects(found):
            path = ".".join(_CONTAINERS)
            raise InvalidParameterValue(
                f"{self.file}: `{path}` has to be a list of at least one container."
            )


def _text(config: Mapping[str, Any], name: str) -> str:
    found = config.get(name)
    if not isinstance(found, str) or not found:
        raise InvalidParameterValue(
            f"The backend kubernetes needs {name!r} in its configuration"
            " (-b kubernetes -c FILE.json)."
        )
    return found
