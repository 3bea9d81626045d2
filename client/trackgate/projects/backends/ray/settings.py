"""What the backend `ray` is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.serving.json_values import is_object

_ADDRESS = "address"
_CPUS = "num-cpus"
_GPUS = "num-gpus"
_RESOURCES = "resources"
_LOCAL_CPUS = "local-cpus"
_KNOWN = (_ADDRESS, _CPUS, _GPUS, _RESOURCES, _LOCAL_CPUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaySettings:
    """The backend's settings.

    address     of a cluster, as `ray.init` takes it; None: the variable RAY_ADDRESS's,
                else a cluster on this machine that lives as long as this program
    cpus        that each job needs; so many fewer run at once
    gpus        that each job needs
    resources   further ones that it needs, by their names in the cluster
    local_cpus  that a cluster on this machine offers; None: all that there are
    """

    address: str | None = None
    cpus: float = 1
    gpus: float = 0
    resources: Mapping[str, float] = field(default_factory=dict[str, float])
    local_cpus: int | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> RaySettings:
        """Read them; raises InvalidParameterValue naming what is wrong."""
        unknown = sorted(set(config) - set(_KNOWN))
        if unknown:
            raise InvalidParameterValue(
                f"The backend ray has no setting {unknown[0]!r}; there are"
                f" {', '.join(_KNOWN)}."
            )
        address = config.get(_ADDRESS)
        local = config.get(_LOCAL_CPUS)
        return cls(
            address=None if address is None else str(address),
            cpus=_amount(_CPUS, config.get(_CPUS, 1)),
            gpus=_amount(_GPUS, config.get(_GPUS, 0)),
            resources=_resources(config.get(_RESOURCES, {})),
            local_cpus=None if local is None else int(_amount(_LOCAL_CPUS, local)),
        )


def _resources(given: object) -> dict[str, float]:
    if not is_object(given):
        raise InvalidParameterValue(
            f"The backend ray: {_RESOURCES!r} has to be an object of names and numbers."
        )
    return {
        name: _amount(f"{_RESOURCES}.{name}", value) for name, value in given.items()
    }


def _amount(name: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
        raise InvalidParameterValue(
            f"The backend ray: {name!r} has to be a number that is not negative, not"
            f" {given!r}."
        )
    return given
