"""Whose run it is: the authenticated name, and what the client claimed beside it."""

from __future__ import annotations

from collections.abc import Mapping

from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.identity import Identity

USER_TAG = "mlflow.user"
CLAIMED_USER_TAG = "trackgate.claimedUser"


def owner(caller: Identity, claimed: str | None) -> str:
    """The run's user: who was authenticated, or on a bare server who was claimed."""
    return caller.user or claimed or ""


def attributed(caller: Identity, given: Mapping[str, str]) -> dict[str, str]:
    """Tags as they are stored, by key.

    A claim to be someone moves to a tag of its own, so that `mlflow.user` always says
    who was authenticated.
    """
    values = dict(given)
    if caller.user is not None:
        values.pop(CLAIMED_USER_TAG, None)
        claimed = values.pop(USER_TAG, None)
        if claimed is not None and claimed != caller.user:
            values[CLAIMED_USER_TAG] = claimed
    return values


def first_tags(
    caller: Identity, given: Mapping[str, str], claimed: str | None
) -> dict[str, str]:
    """The tags a run begins with: as `attributed`, and with who was authenticated.

    claimed  the user that the request names beside its tags
    """
    values = attributed(caller, given)
    if caller.user is not None:
        values[USER_TAG] = caller.user
        if claimed and claimed != caller.user:
            values.setdefault(CLAIMED_USER_TAG, claimed)
    return values


def check_removable(caller: Identity, key: str) -> None:
    """Raises InvalidParameterValue for the tag that the server keeps itself."""
    if caller.user is not None and key == USER_TAG:
        raise InvalidParameterValue(
            f"The tag {USER_TAG!r} says who was authenticated; it cannot be removed."
        )
