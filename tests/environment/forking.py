"""Runs programs in copies of this interpreter, which imports the slow modules once.

    python forking.py MODULE...

Standard input names a program in each line, as JSON:

    program, arguments   as on a command line
    environment, folder  all of the environment variables, and where it is run
    given, said, errors  files for its standard input, output and errors
    timeout_s            after which it is killed

When that program has ended there is its exit code in a line of standard output. Nothing
but Python's own library is needed, as in the environments of stock clients.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    for module in sys.argv[1:]:
        importlib.import_module(module)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            # It ends as any program does: after its threads and what waits for that.
            become(json.loads(line))
            return
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


def become(asked: dict[str, Any]) -> None:
    """Do in this process as if it had been started with the program."""
    signal.alarm(asked["timeout_s"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    replace(0, asked["given"], os.O_RDONLY)
    # One file for both is possible.
    replace(1, asked["said"], os.O_WRONLY | os.O_APPEND)
    replace(2, asked["errors"], os.O_WRONLY | os.O_APPEND)
    sys.argv = [asked["program"], *asked["arguments"]]
    sys.path[0] = str(Path(asked["program"]).parent)
    runpy.run_path(asked["program"], run_name="__main__")


def replace(descriptor: int, file: str, flags: int) -> None:
    """Have a file in a descriptor's place."""
    opened = os.open(file, flags)
    os.dup2(opened, descriptor)
    os.close(opened)


if __name__ == "__main__":
    main()
