"""How a request names a run."""

from __future__ import annotations

from trackgate_wire.endpoint import Message
from trackgate_wire.errors import InvalidParameterValue


class RunRef(Message, frozen=True, kw_only=True):
    """Names one run; `run_uuid` is the name that old clients use."""

    run_id: str | None = None
    run_uuid: str | None = None

    def run(self) -> str:
        """The run's id; raises InvalidParameterValue where none was given."""
        run_id = self.run_id or self.run_uuid
        if not run_id:
            raise InvalidParameterValue(
                "Missing value for required parameter 'run_id'."
            )
        return run_id
