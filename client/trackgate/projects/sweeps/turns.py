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
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from trackgate.client import TrackingClient
from trackgate.entities import Run
from trackgate.errors import InvalidParameterValue, InvalidState, TrackgateError

_TURN = "sweep.turn."
_BEAT_TAG = "trackgate.sweep.beat"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a holder is heard, and when it is taken for dead; in seconds.

    silence_s  of a holder that is not on this machine
    """

    beat_every_s: float = 10.0
    silence_s: float = 45.0
    look_every_s: float = 1.0


_USUAL = Pace()
# Names of holders that are this process, which may live on when a sweep has ended
# without being able to say so.
_held_by_us: set[str] = set()


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
        """Whether its process is there, on this machine, and has the turn still."""
        if self.pid == os.getpid():
            return self.name in _held_by_us
        return _started(self.pid) == self.started


class Turn:
    """The right to work on a sweep, kept by a heartbeat until its block is left.

    lost  raises TurnTaken once somebody else took the next turn, because nothing was
          heard of us for long; it has no result before
    """

    def __init__(
        self,
        client: TrackingClient,
        run_id: str,
        number: int,
        holder: Holder,
        pace: Pace,
    ) -> None:
        self._client, self._run_id, self._number = client, run_id, number
        self._name, self._pace = holder.name, pace
        _held_by_us.add(holder.name)
        self.lost: Future[bool] = Future()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Turn:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back, so that somebody else may have the next one at once."""
        self._over.set()
        self._thread.join(self._pace.beat_every_s)
        _held_by_us.discard(self._name)
        # Where the server is away, the next one finds out by our silence.
        with suppress(TrackgateError):
            if not self.lost.done():
                _say(self._client, self._run_id, self._number, "")

    def _beat(self) -> None:
        while not (self.lost.done() or self._over.wait(self._pace.beat_every_s)):
            with suppress(TrackgateError):
                if self._was_taken():
                    error = TurnTaken(f"{self._run_id} was resumed elsewhere.")
                    self.lost.set_exception(error)
                else:
                    _say(self._client, self._run_id, self._number, _now())

    def _was_taken(self) -> bool:
        return _last_turn(self._client.get_run(self._run_id)) > self._number


def take(client: TrackingClient, run: Run, pace: Pace = _USUAL) -> Turn:
    """The next turn of a sweep.

    Raises TurnTaken where somebody else has it, which takes as long as the pace says
    to find out where that is on another machine.
    """
    last = _last_turn(run)
    if last > 0 and _is_held(client, run, last, pace):
        holder = _holder(run, last)
        raise TurnTaken(
            f"The sweep {run.info.run_id} is being worked on, by process {holder.pid}"
            f" on {holder.place.split()[0]}. Stop that one first."
        )
    return _claim(client, run.info.run_id, last + 1, pace)


def _claim(client: TrackingClient, run_id: str, number: int, pace: Pace) -> Turn:
    holder = Holder.this()
    text = msgspec.json.encode(holder).decode()
    try:
        client.log_param(run_id, f"{_TURN}{number}", text, synchronous=True)
    except InvalidParameterValue:
        raise TurnTaken(
            f"The sweep {run_id} was resumed by somebody else at the same moment."
        ) from None
    _say(client, run_id, number, _now())
    return Turn(client, run_id, number, holder, pace)


def _is_held(client: TrackingClient, run: Run, number: int, pace: Pace) -> bool:
    if _beat_of(run, number) == "":
        return False
    holder = _holder(run, number)
    if holder.is_here:
        return holder.lives_here
    return _is_heard(client, run, number, pace)


def _is_heard(client: TrackingClient, run: Run, number: int, pace: Pace) -> bool:
    before = _beat_of(run, number)
    until = time.monotonic() + pace.silence_s
    while time.monotonic() < until:
        time.sleep(pace.look_every_s)
        now = _beat_of(client.get_run(run.info.run_id), number)
        if now != before:
            return now != ""
    return False


def _last_turn(run: Run) -> int:
    turns = [key for key in run.data.params if key.startswith(_TURN)]
    numbers = [key.removeprefix(_TURN) for key in turns]
    return max((int(one) for one in numbers if one.isdecimal()), default=0)


def _holder(run: Run, number: int) -> Holder:
    text = run.data.params[f"{_TURN}{number}"]
    return msgspec.json.decode(text, type=Holder)


def _say(client: TrackingClient, run_id: str, number: int, beat: str) -> None:
    client.set_tag(run_id, _BEAT_TAG, f"{number} {beat}", synchronous=True)


def _now() -> str:
    """What no heartbeat before was."""
    return str(time.time_ns())


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
