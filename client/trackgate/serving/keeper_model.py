"""One served model: the version that is meant is loaded, and takes over."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

from trackgate.serving.keeper_listing import Entry, State
from trackgate.serving.keeper_loading import (
    Loader,
    NotLoaded,
    Place,
    Served,
    Superseded,
)
from trackgate.serving.keeper_process import Stopped
from trackgate.serving.keeper_registry import Version
from trackgate.serving.keeper_retries import Retries
from trackgate.serving.keeper_signpost import Signpost
from trackgate.serving.keeper_wish import Wish

_logger = logging.getLogger("trackgate.serving")

_TURN_S = 0.1
# A load is given up for a newer version only after so long, or many moves in a row
# would keep every one of them from being served.
_PATIENCE_S = 60.0
# A process that ran this long was healthy, and is started again at once.
_HEALTHY_S = 10.0
# Besides the time that a model may take for its answers.
_DRAINED_WITHIN_S = 10.0


class KeptModel:
    """Keeps one model served, in the thread that calls `keep`.

    answer_s    the longest that an answer may take
    withdraw_s  how long a version goes on when none is meant any more
    """

    def __init__(
        self,
        entry: Entry,
        wish: Wish,
        place: Place,
        loader: Loader,
        answer_s: float,
        withdraw_s: float,
    ) -> None:
        self.entry = entry
        self._wish = wish
        self._loader = loader
        self._answer_s = answer_s
        self._withdraw_s = withdraw_s
        self._not_yet = place.socket(0)
        self._signpost = Signpost(place.known)
        self._retries = Retries()
        self._serving: Served | None = None
        self._loading: Version | None = None
        self._proven: Version | None = None
        self._failure = ""
        self._draining: threading.Thread | None = None
        self._signpost.lead_to(self._not_yet)
        self._show()

    def keep(self, stopping: threading.Event) -> None:
        """Keep it served until it is time to stop."""
        while not stopping.wait(_TURN_S):
            try:
                self._turn()
            except Stopped:
                return
            except Exception as error:
                # Whatever it was, the version that serves goes on.
                _logger.exception("%s: not foreseen", self.entry.uri)
                self._failure = f"not foreseen: {type(error).__name__}"
                stopping.wait(_HEALTHY_S)

    def is_settled(self) -> bool:
        """Whether it needs no other files than those in use."""
        return self._wish.was_answered and self._loading is None

    def _turn(self) -> None:
        self._look()
        wanted = self._wish.version
        if wanted is None or self._serves(wanted):
            self._failure = ""
        if wanted is None:
            self._withdraw()
        elif not self._serves(wanted) and not self._is_draining():
            self._bring(self._choice(wanted))
        self._show()

    def _look(self) -> None:
        """See what has happened to the process and to the wish."""
        self._notice_end()
        self._wish.ask()
        self._show()

    def _serves(self, version: Version) -> bool:
        return self._serving is not None and self._serving.version == version

    def _is_draining(self) -> bool:
        """Whether an old process still answers: there are never three at once."""
        return self._draining is not None and self._draining.is_alive()

    def _choice(self, wanted: Version) -> Version | None:
        """What to load now: the version that is meant, or else one that has worked."""
        proven = self._proven if self._serving is None else None
        for version in (wanted, proven):
            if version is not None and self._retries.permit(version):
                return version
        return None

    def _bring(self, version: Version | None) -> None:
        if version is None:
            return
        self._loading = version
        self._show()
        meant = self._wish.version
        try:
            served = self._loader.load(version, lambda s: self._go_on(meant, s))
        except Superseded:
            _logger.info("%s: gave up %s for another", self.entry.uri, version)
        except NotLoaded as error:
            self._note_failure(version, str(error))
        else:
            self._take_over(served)
        finally:
            self._loading = None

    def _go_on(self, meant: Version | None, passed_s: float) -> bool:
        """Whether a load is still worth it that began when `meant` was meant."""
        self._look()
        wanted = self._wish.version
        if wanted == meant:
            return True
        if wanted is not None and self._serves(wanted):
            return False
        return passed_s < _PATIENCE_S

    def _take_over(self, served: Served) -> None:
        self._signpost.lead_to(served.process.socket)
        before, self._serving = self._serving, served
        self._proven = served.version
        self._retries.forget(served.version)
        _logger.info("%s: %s is served", self.entry.uri, served.version)
        if before is not None:
            self._retire(before)

    def _withdraw(self) -> None:
        """Serve nothing when nothing is meant any more, after a while.

        A stage may be empty for a moment, between two calls of whoever moves it.
        """
        if self._serving is None or not self._wish.has_been_nothing_for(
            self._withdraw_s
        ):
            return
        self._signpost.lead_to(self._not_yet)
        before, self._serving, self._proven = self._serving, None, None
        _logger.info("%s: %s is withdrawn", self.entry.uri, before.version)
        self._retire(before)

    def _retire(self, before: Served) -> None:
        within_s = self._answer_s + _DRAINED_WITHIN_S
        self._draining = threading.Thread(
            target=self._loader.retire, args=(before, within_s), daemon=True
        )
        self._draining.start()

    def _notice_end(self) -> None:
        """A process that has ended by itself is missed, and started again."""
        ended = self._serving
        if ended is None or not ended.process.has_ended():
            return
        self._signpost.lead_to(self._not_yet)
        self._serving = None
        self._loader.forget(ended)
        said = ended.process.end_said()
        if time.monotonic() - ended.process.started_s < _HEALTHY_S:
            self._note_failure(ended.version, said)
        else:
            _logger.error("%s: %s: %s", self.entry.uri, ended.version, said)

    def _note_failure(self, version: Version, said: str) -> None:
        pause_s = self._retries.postpone(version)
        self._failure = f"Version {version.number}: {said}"
        _logger.error(
            "%s: %s: %s; again in %.0f s", self.entry.uri, version, said, pause_s
        )

    def _show(self) -> None:
        serving, loading = self._serving, self._loading
        state: State = "waiting"
        if serving is not None:
            state = "serving"
        elif loading is not None:
            state = "loading"
        elif self._failure:
            state = "failed"
        entry = replace(
            self.entry,
            state=state,
            version=serving.version.number if serving else None,
            loading=loading.number if loading else None,
            failure=self._failure or self._wish.trouble or None,
        )
        before = self.entry
        if (entry.state, entry.version) != (before.state, before.version):
            entry = replace(entry, since_ms=time.time_ns() // 1_000_000)
        self.entry = entry
