"""Runs the command that follows, and ends it when it is told to or left alone.

Run as a script, for it stands between the program that started a project and the
project's own: in a process group with all that the command starts, which it leads. A
socket joins it to that program. A byte on it is the number of a signal for the group;
its end means that the program is gone, however that came about. Standard library only.
"""

from __future__ import annotations

import _thread
import os
import select
import signal
import sys
import time

_NOT_FOUND = 127
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run it, and end as it ends; arguments: the socket, seconds of grace, it."""
    line, grace_s, *command = sys.argv[1:]
    os.set_inheritable(int(line), False)
    for number in _SIGNALS:
        # Signals are for the command; a handler, unlike SIG_IGN, is not inherited.
        signal.signal(number, _stay)
    # Who has started this may have blocked them, as Ray does for its workers.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    pid = os.fork()
    if pid == 0:
        _become(command)
    _thread.start_new_thread(_obey, (int(line), float(grace_s)))
    _, status = os.waitpid(pid, 0)
    # What it has left in the background does not outlive the run.
    os.killpg(0, signal.SIGTERM)
    code = os.waitstatus_to_exitcode(status)
    # As a shell says that a signal was the end.
    os._exit(code if code >= 0 else 128 - code)


def _stay(*_: object) -> None:
    pass


def _become(command: list[str]) -> None:
    try:
        os.execvp(command[0], command)  # noqa: S606 - what it is there for
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(_NOT_FOUND)


def _obey(line: int, grace_s: float) -> None:
    """Pass signals on; some time after the first, nothing of the group is left."""
    number = _next_signal(line)
    deadline_s = time.monotonic() + grace_s
    while number is not None:
        os.killpg(0, number)
        left_s = max(0.0, deadline_s - time.monotonic())
        ready, _, _ = select.select([line], [], [], left_s)
        number = _next_signal(line) if ready else signal.SIGKILL
    os.killpg(0, signal.SIGTERM)
    time.sleep(max(0.0, deadline_s - time.monotonic()))
    os.killpg(0, signal.SIGKILL)


def _next_signal(line: int) -> int | None:
    """The next signal that is asked for; None where nobody is there to ask."""
    try:
        said = os.read(line, 1)
    except OSError:
        return None
    return said[0] if said else None


if __name__ == "__main__":
    main()
