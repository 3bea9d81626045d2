"""Becomes the command that follows, tied to the life of the process that starts it.

Run as a script, for it stands between every model's process and the keeper: when
the keeper is gone, however it ended, the kernel asks the model's process to end.
Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Replace this process by the command; arguments: the parent's pid, the command."""
    parent, *command = sys.argv[1:]
    # The keeper holds back signals until it looks at them; its children do not.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # It may have ended before the kernel knew.
    if os.getppid() == int(parent):
        os.execv(command[0], command)  # noqa: S606 - the keeper's own command


if __name__ == "__main__":
    main()
