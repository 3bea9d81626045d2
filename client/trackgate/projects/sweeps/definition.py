"""What a sweep does: everything that has to be the same when it is resumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from trackgate_wire import limits

from trackgate.errors import InvalidParameterValue
from trackgate.projects.jobs import EnvironmentManager

SearchName = Literal["grid", "random", "tpe"]
Goal = Literal["maximize", "minimize"]

# On the parent run.
DEFINITION_TAG = "trackgate.sweep.definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A sweep.

    uri          the project's, without a name and password
    version      branch, tag or commit; where it is from Git, the commit
    parameters   values of each, as `grammar` reads them
    metric       whose last value of each child counts
    trials       how many points are run
    backend      where children run, and `env_manager` what makes their environment
    needs        flags that have to be given again to resume it, because what they
                 say may be secret and is not kept
    """

    uri: str
    version: str | None
    entry_point: str
    parameters: Mapping[str, str]
    search: SearchName
    metric: str
    goal: Goal
    trials: int
    seed: int
    backend: str
    env_manager: EnvironmentManager | None
    needs: tuple[str, ...] = ()

    def tag(self) -> str:
        """As the parent's tag; raises InvalidParameterValue where it is too long."""
        text = msgspec.json.encode(self).decode()
        if len(text) > limits.RUN_TAG_VALUE_LENGTH:
            raise InvalidParameterValue(
                f"What the sweep searches takes {len(text):,} characters to write down;"
                f" at most {limits.RUN_TAG_VALUE_LENGTH:,} are allowed. Lists of many"
                " values can often be written as ranges."
            )
        return text

    @classmethod
    def of_tag(cls, text: str) -> Definition:
        """What `tag` wrote; raises InvalidParameterValue for anything else."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise InvalidParameterValue(
                f"The tag {DEFINITION_TAG} cannot be read: {error}"
            ) from None

    def is_better(self, value: float, than: float | None) -> bool:
        """Whether a value of the metric is nearer the goal; any is than None."""
        if than is None:
            return True
        return value > than if self.goal == "maximize" else value < than
