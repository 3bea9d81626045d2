"""Closed sets of the protocol as the small numbers the tables hold."""

from __future__ import annotations

from trackgate_wire.scalars import LifecycleStage, RunStatus, ViewType

ACTIVE = 0
DELETED = 1

STAGES = (LifecycleStage.ACTIVE, LifecycleStage.DELETED)
STATUSES = (
    RunStatus.RUNNING,
    RunStatus.SCHEDULED,
    RunStatus.FINISHED,
    RunStatus.FAILED,
    RunStatus.KILLED,
)
STATUS_NUMBERS = {status: number for number, status in enumerate(STATUSES)}

VIEWS: dict[ViewType, tuple[int, ...]] = {
    ViewType.ACTIVE_ONLY: (ACTIVE,),
    ViewType.DELETED_ONLY: (DELETED,),
    ViewType.ALL: (ACTIVE, DELETED),
}
