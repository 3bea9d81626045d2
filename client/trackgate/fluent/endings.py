"""How runs end when nobody ends them: by an exception, a signal, or at exit.

While a run is active, SIGTERM raises `Killed` in the main thread, so that blocks
are left and what waits is sent. Where the program has a handler of its own, that
one stays and decides.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType

from trackgate.entities import RunStatus
from trackgate.fluent import stack

_logger = logging.getLogger("trackgate")
_ending = threading.Lock()
# Time for the interpreter to go down by itself, after everything was sent.
_GRACE_S = 5.0
# Time for the main thread to leave its blocks and send what waits.
_LONGEST_UNWINDING_S = 25.0


class Killed(SystemExit):
    """SIGTERM came while a run was active."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


class _State:
    """What this process knows about its end.

    old_error  what had gone wrong in an interactive session before the first run
    """

    is_watching = False
    is_killed = False
    old_error: object = None


def status_after(error: BaseException | None) -> RunStatus:
    """The status of a run whose block was left by `error`."""
    if error is None:
        return RunStatus.FINISHED
    if isinstance(error, KeyboardInterrupt | Killed):
        return RunStatus.KILLED
    if isinstance(error, SystemExit) and not error.code:
        return RunStatus.FINISHED
    return RunStatus.FAILED


def watch() -> None:
    """See to it that active runs end with the program; call it at each start."""
    if not _State.is_watching:
        _State.is_watching = True
        _State.old_error = _uncaught()
        atexit.register(end_all)
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _on_sigterm)


def unwatch() -> None:
    """Give SIGTERM back once no run is active."""
    in_main = threading.current_thread() is threading.main_thread()
    ours = signal.getsignal(signal.SIGTERM) is _on_sigterm
    if in_main and ours and stack.is_empty():
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def end_current(status: RunStatus | str, error: BaseException | None = None) -> None:
    """End this thread's active run, if there is one."""
    run = stack.pop()
    if run is None:
        return
    os.environ.pop("MLFLOW_RUN_ID", None)
    try:
        run.finish(status, hurried=isinstance(error, Killed))
    finally:
        unwatch()


def end_all() -> None:
    """End every run that is still active, as the program itself ends."""
    with _ending:
        killed = _State.is_killed
        status = RunStatus.KILLED if killed else status_after(_new_uncaught())
        for run in stack.take_all():
            try:
                run.finish(status, hurried=killed)
            except Exception as error:
                _logger.warning("Run %s was not ended: %s", run.info.run_id, error)


def _on_sigterm(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    run = stack.top()
    if run is not None and not run.is_ours:
        # A forked child: nothing here is ours to end.
        os.kill(os.getpid(), signal.SIGTERM)
        return
    _State.is_killed = True
    threading.Thread(target=_make_sure, daemon=True).start()
    raise Killed


def _make_sure() -> None:
    """End the runs and the process, also where the exception was caught somewhere.

    Without this, a program that catches everything, or whose threads go on, would
    not be stopped by SIGTERM as it was without us.
    """
    threading.main_thread().join(_LONGEST_UNWINDING_S)
    end_all()
    time.sleep(_GRACE_S)
    os.kill(os.getpid(), signal.SIGTERM)


def _uncaught() -> object:
    """The exception that Python last showed as the end of a program or a cell."""
    return getattr(sys, "last_value", None)


def _new_uncaught() -> BaseException | None:
    error = _uncaught()
    if isinstance(error, BaseException) and error is not _State.old_error:
        return error
    return None
