"""Which version of a model is meant, as far as the registry could be asked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from trackgate.errors import NotFound, TrackgateError
from trackgate.models.model_uris import ModelUri
from trackgate.serving.keeper_log import shown
from trackgate.serving.keeper_registry import Version

_logger = logging.getLogger("trackgate.serving")

_ASKED_EVERY_S = 1.0
_LONGEST_PAUSE_S = 10.0

Find = Callable[[ModelUri], Version]


class Wish:
    """Asks again and again, and remembers the answer.

    version  the one that was meant when the registry last answered; None: none
    trouble  why there is none, or why it could not be asked; "" otherwise
    """

    def __init__(self, uri: ModelUri, find: Find) -> None:
        self.version: Version | None = None
        self.trouble = ""
        self.was_answered = False
        self._uri = uri
        self._find = find
        self._next_s = 0.0
        self._failures = 0
        self._nothing_since_s: float | None = None

    def ask(self) -> None:
        """Ask if it is time to; an answer that does not come changes nothing."""
        if time.monotonic() < self._next_s:
            return
        pause_s = _ASKED_EVERY_S
        try:
            self._note(self._find(self._uri), "")
        except NotFound as error:
            self._note(None, shown(error.message))
        except TrackgateError as error:
            self._note_silence(error)
            pause_s = min(_ASKED_EVERY_S * 2**self._failures, _LONGEST_PAUSE_S)
        self._next_s = time.monotonic() + pause_s

    def _note_silence(self, error: TrackgateError) -> None:
        # Said in full only here: it may name places of this machine.
        if not self._failures:
            _logger.warning("%s: %s", self._uri.text, shown(error.message))
        self.trouble = "The registry cannot be asked at the moment."
        self._failures += 1

    def has_been_nothing_for(self, seconds: float) -> bool:
        """Whether no version has been meant for so long."""
        since_s = self._nothing_since_s
        return since_s is not None and time.monotonic() - since_s >= seconds

    def _note(self, version: Version | None, trouble: str) -> None:
        # Once, and not each second: a mistyped name would else be seen nowhere.
        if trouble and trouble != self.trouble:
            _logger.warning("%s: %s", self._uri.text, trouble)
        self.version = version
        self.trouble = trouble
        self.was_answered = True
        self._failures = 0
        if version is not None:
            self._nothing_since_s = None
        elif self._nothing_since_s is None:
            self._nothing_since_s = time.monotonic()
