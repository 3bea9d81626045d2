"""The client's methods about the server itself."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire import server
from trackgate_wire.endpoint import Empty
from trackgate_wire.server import (
    Caller,
    Change,
    GetChanges,
    Purge,
    Purged,
    ServerInfo,
    ServerState,
)

from trackgate.calls import Calls, calls


class ServerCalls(Calls):
    """Who the server takes us for, and what an admin may ask of it."""

    @calls(server.WHOAMI)
    def whoami(self) -> Caller:
        """The name and role the server knows us by, and its versions."""
        return self._connection.call(server.WHOAMI, Empty())

    @calls(server.SERVER_INFO)
    def get_server_info(self) -> ServerInfo:
        """What kind of store the server has."""
        return self._connection.call(server.SERVER_INFO, Empty())

    @calls(server.GET_CHANGES)
    def get_changes(
        self,
        target: str | None = None,
        before: int | None = None,
        max_results: int = 100,
    ) -> list[Change]:
        """Who changed what, the newest first.

        target  such as "run/ID" or "experiment/0"; None is everything
        before  only changes with a smaller id, for the next page
        """
        request = GetChanges(target=target, before=before, max_results=max_results)
        return self._connection.call(server.GET_CHANGES, request).changes

    @calls(server.SERVER_STATE)
    def get_server_state(self) -> ServerState:
        """Sizes, counts and roles. For admins."""
        return self._connection.call(server.SERVER_STATE, Empty())

    @calls(server.PURGE)
    def purge(
        self,
        run_ids: Sequence[str] = (),
        experiment_ids: Sequence[str] = (),
        older_than_s: int = 0,
    ) -> Purged:
        """Remove for good what was deleted, all of it or only what is named.

        older_than_s  only what was deleted at least so many seconds ago

        For admins.
        """
        request = Purge(
            run_ids=list(run_ids),
            experiment_ids=list(experiment_ids),
            older_than_s=older_than_s,
        )
        return self._connection.call(server.PURGE, request)
