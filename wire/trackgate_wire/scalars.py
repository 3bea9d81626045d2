"""Number types and closed sets of the protocol."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from trackgate_wire import limits

# Protocol buffers cannot tell an empty text from none, so where one is required an
# empty one is missing too.
Required = Annotated[str, msgspec.Meta(min_length=1)]

Int64 = Annotated[int, msgspec.Meta(ge=limits.INT64_MIN, le=limits.INT64_MAX)]


# In the order of the protocol's numbers, which begin at 1: see `codec`.


class RunStatus(StrEnum):
    """Where a run is in its life."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


class ViewType(StrEnum):
    """Which lifecycle stages a search sees."""

    ACTIVE_ONLY = "ACTIVE_ONLY"
    DELETED_ONLY = "DELETED_ONLY"
    ALL = "ALL"


class LifecycleStage(StrEnum):
    """Deleted things are kept, hidden, until they are purged."""

    ACTIVE = "active"
    DELETED = "deleted"
