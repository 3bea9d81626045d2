"""Whether this host's own server answers: the health check of its container.

    python -IS health.py [DIR]

asks on the sockets that a server of this host has in the folder of slots, and ends with
0, or with 1 and a line that says why. Run by its path, it loads nothing but a few
modules of the standard library, for it runs all day long.
"""

import os
import re
import socket
import sys

_TIMEOUT_S = 4.0


def main() -> int:
    """Ask; returns the exit code."""
    given = sys.argv[1:2] or [os.environ.get("TRACKGATE_SLOTS_DIR") or "/servers"]
    problem = find_problem(given[0], static_prefix())
    if problem:
        sys.stderr.write(problem + "\n")
    return 1 if problem else 0


def find_problem(folder: str, prefix: str) -> str:
    """What is wrong with this host's server, in one line; empty if it answers."""
    try:
        # A socket's path holds 107 bytes, which a name in this folder never needs.
        os.chdir(folder)
        names = os.listdir(".")
    except OSError as error:
        return f"{folder}: {error.strerror}"
    own = re.compile(rf"{re.escape(host_name())}-\d+(-\d+)?\.sock")
    answers = [_ask(name, prefix) for name in names if own.fullmatch(name)]
    if "" in answers:
        return ""
    return "; ".join(answers) or f"{folder} has no socket of {host_name()}"


def static_prefix() -> str:
    """The path below which the server answers, as its own settings say."""
    given = os.environ.get("TRACKGATE_STATIC_PREFIX")
    if given:
        return given
    address = os.environ.get("TRACKGATE_PUBLIC_URL", "").partition("://")[2]
    _, slash, path = address.partition("/")
    return (slash + path).rstrip("/")


def host_name() -> str:
    """This host as `slots.host_name` writes it; nothing of ours is imported here."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())


def _ask(name: str, prefix: str) -> str:
    request = f"GET {prefix}/health HTTP/1.0\r\nHost: localhost\r\n\r\n"
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(name)
            connection.sendall(request.encode())
            status = connection.recv(64).partition(b"\r\n")[0]
    except OSError as error:
        return f"{name}: {error.strerror or error}"
    if status[:7] == b"HTTP/1." and status[8:12] == b" 200":
        return ""
    return f"{name}: {status.decode('latin-1') or 'no answer'}"


if __name__ == "__main__":
    sys.exit(main())
