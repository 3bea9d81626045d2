"""Who works on a sweep: one process at a time, whatever machine it is on.

The first value of a run's parameter stays (MLflow REST API, "Log Param"), so whoever
writes `sweep.turn.N` first has the N-th turn; the others are told so. A turn lasts
until it is given back, or until its holder is seen to be dead: on the same machine
its process is looked for, elsewhere its heartbeat is watched.
"""

from __future__ import annotations

import os
import platform
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from trackgate.client import TrackingClient
from trackgate.entities import Run
from trackgate.errors import InvalidParameterValue, InvalidState, TrackgateError

_TURN = "sweep.turn."
_BEAT_TAG = "trackgate.sweep.beat"
_BEAT_EVERY_S = 10.0
# A holder elsewhere that is not heard of for so long is dead.
_SILENCE_S = 45.0
_LOOK_EVERY_S = 1.0


class TurnTaken(InvalidState):
    """Another process works on the sweep."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: where it is, its number there, and what no other one is called."""

    place: str
    pid: int
    started: str
    name: str

    @classmethod
    def this(cls) -> Holder:
        """This process."""
        pid = os.getpid()
        return cls(_place(), pid, _started(pid), uuid.uuid4().hex)

    @property
    def is_here(self) -> bool:
        """Whether this machine can tell if it lives."""
        return self.place == _place() and bool(self.started)

    @property
    def lives_here(self) -> bool:
        """Whether its process is there, on this machine."""
        return _started(self.pid) == self.started


class Turn:
    """The right to work on a sweep, kept by a heartbeat until it is left."""

    def __init__(self, client: TrackingClient, run_id: str, number: int) -> None:
        self._client, self._run_id, self._number = client, run_id, number
        self._over = threading.Event()
        self._is_lost = False
        self._thread: threading.Thread | None = None

    def keep(self, lost: Callable[[TurnTaken], None]) -> None:
        """Go on saying that we live.

        lost  is called once, from another thread, where somebody took the next turn,
              because nothing was heard of us for long
        """
        self._thread = threading.Thread(target=self._beat, args=(lost,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back, so that somebody else may have the next one at once."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        # Where the server is away, the next one finds out by our silence.
        with suppress(TrackgateError):
            if not self._is_lost:
                _say(self._client, self._run_id, self._number, "")

    def _beat(self, lost: Callable[[TurnTaken], None]) -> None:
        while not self._over.wait(_BEAT_EVERY_S):
            with suppress(TrackgateError):
                if self._was_taken():
                    self._is_lost = True
                    lost(TurnTaken(f"The sweep {self._run_id} was resumed elsewhere."))
                    return
                _say(self._client, self._run_id, self._number, str(time.time_ns()))

    def _was_taken(self) -> bool:
        return _last_turn(self._client.get_run(self._run_id)) > self._number


def take(client: TrackingClient, run: Run) -> Turn:
    """The next turn of a sweep.

    Raises TurnTaken where somebody else has it, which may take three quarters of a
    minute to find out when that was on another machine.
    """
    last = _last_turn(run)
    if last and _is_held(client, run, last):
        holder = _holder(run, last)
        raise TurnTaken(
            f"The sweep {run.info.run_id} is being worked on, by process {holder.pid}"
            f" on {holder.place.split()[0]}. Stop that one first."
        )
    return _claim(client, run.info.run_id, last + 1)


def _claim(client: TrackingClient, run_id: str, number: int) -> Turn:
    holder = Holder.this()
    text = msgspec.json.encode(holder).decode()
    try:
        client.log_param(run_id, f"{_TURN}{number}", text, synchronous=True)
    except InvalidParameterValue:
        raise TurnTaken(
            f"The sweep {run_id} was resumed by somebody else at the same moment."
        ) from None
    _say(client, run_id, number, str(time.time_ns()))
    return Turn(client, run_id, number)


def _is_held(client: TrackingClient, run: Run, number: int) -> bool:
    if _beat_of(run, number) == "":
        return False
    holder = _holder(run, number)
    if holder.is_here:
        return holder.lives_here
    return _is_heard(client, run, number)


def _is_heard(client: TrackingClient, run: Run, number: int) -> bool:
    before = _beat_of(run, number)
    until = time.monotonic() + _SILENCE_S
    while time.monotonic() < until:
        time.sleep(_LOOK_EVERY_S)
        now = _beat_of(client.get_run(run.info.run_id), number)
        if now != before:
            return now != ""
    return False


def _last_turn(run: Run) -> int:
    taken = [key.removeprefix(_TURN) for key in run.data.params]
    return max((int(one) for one in taken if one.isdecimal()), default=0)


def _holder(run: Run, number: int) -> Holder:
    text = run.data.params[f"{_TURN}{number}"]
    return msgspec.json.decode(text, type=Holder)


def _say(client: TrackingClient, run_id: str, number: int, beat: str) -> None:
    client.set_tag(run_id, _BEAT_TAG, f"{number} {beat}", synchronous=True)


def _beat_of(run: Run, number: int) -> str | None:
    """The last heartbeat of a turn: "" once it was given back, None before any."""
    told, _, beat = run.data.tags.get(_BEAT_TAG, "").partition(" ")
    return beat if told == str(number) else None


def _place() -> str:
    """What tells machines and containers apart, the name of the host first."""
    return f"{platform.node() or '?'} {_boot()} {_processes()}"


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _processes() -> str:
    """The space that this process's number is from; containers have their own."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process began, in clock ticks since the boot; "" where there is none.

    proc(5), /proc/PID/stat: the 22nd field; the second is in parentheses and may have
    spaces. A process that ended and was not fetched yet (Z) is none.
    """
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after_name[0] == "Z" else after_name[19]
