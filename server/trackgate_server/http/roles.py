"""Who is calling, read from what the proxy says; what the name may do, from rows."""

from __future__ import annotations

import hmac
import logging
import time
from pathlib import Path

from trackgate_wire.endpoint import ROLES, Access
from trackgate_wire.errors import PermissionDenied, TrackgateError, Unauthenticated
from werkzeug.wrappers import Request

from trackgate_server.http.origin import check_origin
from trackgate_server.identity import LOCAL, NOBODY, Identity, is_name
from trackgate_server.settings import Settings
from trackgate_server.store import people
from trackgate_server.store.database import Database

_log = logging.getLogger(__name__)

KEY_HEADER = "X-Trackgate-Proxy"

# A changed role holds within this time in every process.
_REMEMBERED_S = 2.0
# At most one write for each person and process within this time, so that requests stay
# free of it: 12 an hour, of some 2 ms.
_SEEN_AGAIN_S = 300.0


class Doorkeeper:
    """Decides in one place whether a request may go on."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._roles: dict[str, tuple[float, str | None]] = {}
        self._seen: dict[str, float] = {}
        key_file = settings.proxy_key_file
        self._key = Path(key_file).read_text().strip() if key_file else None
        if self._key == "":
            raise ValueError(f"The proxy key file {key_file} is empty.")

    def admit(self, request: Request, needed: Access) -> Identity:
        """The caller, if allowed to do what `needed` says.

        Raises Unauthenticated without a name, PermissionDenied where the name's role
        does not suffice, the request did not come through the proxy, or a page of
        another site made a browser send it to a bare server.
        """
        if not self._settings.behind_proxy:
            check_origin(request)
            return LOCAL
        self.check_proxy(request)
        if needed is Access.OPEN:
            return NOBODY
        caller = self._named(request.headers.get(self._settings.user_header, ""))
        if caller.access < needed:
            raise _denied(caller, needed)
        return caller

    def check_proxy(self, request: Request) -> None:
        """Raises PermissionDenied for a request that the proxy did not send."""
        if self._key is None:
            return
        sent = request.headers.get(KEY_HEADER, "")
        if not hmac.compare_digest(sent.encode(), self._key.encode()):
            raise PermissionDenied(
                "This server answers its proxy only; use the proxy's address."
            )

    def _named(self, name: str) -> Identity:
        # A doubled header arrives joined by a comma, and so is no name.
        if not is_name(name):
            raise Unauthenticated(
                "No authenticated user. Set TRACKING_USERNAME and TRACKING_PASSWORD"
                " (or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD)."
            )
        return Identity(name, self._role(name))

    def _role(self, name: str) -> str | None:
        now = time.monotonic()
        known = self._roles.get(name)
        if known is not None and known[0] > now:
            return known[1]
        role = self._database.read(lambda db: people.find_role(db, name))
        self._roles[name] = (now + _REMEMBERED_S, role)
        # Names without a role are not kept: anybody could make them up.
        if role is not None and self._seen.get(name, 0.0) <= now:
            self._seen[name] = now + _SEEN_AGAIN_S
            self._see(name)
        return role

    def _see(self, name: str) -> None:
        now_ms = time.time_ns() // 1_000_000
        try:
            self._database.write(lambda db: people.see(db, name, now_ms), single=True)
        except TrackgateError as error:
            # A full disk keeps nobody from reading.
            _log.info("When %s was here was not kept: %s", name, error)


def _denied(caller: Identity, needed: Access) -> PermissionDenied:
    if caller.role is None:
        return PermissionDenied(
            f"User {caller.user!r} has no role here. An admin gives one:"
            f" trackgate users role {caller.user} --role editor."
        )
    suffices = next(role for role, access in ROLES.items() if access == needed)
    return PermissionDenied(
        f"User {caller.user!r} has the role {caller.role!r}; this needs"
        f" {suffices!r}. An admin can change it: trackgate users role"
        f" {caller.user} --role {suffices}."
    )
