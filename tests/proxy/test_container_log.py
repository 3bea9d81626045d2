"""What the proxy's container makes of Nginx's error log."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("mawk") is None, reason="there is no mawk, Debian's awk"
)

_PROGRAM = Path(__file__).parents[2] / "proxy" / "container" / "error-log.awk"
_REFUSED = (
    "2026/11/22 23:40:{:02} [crit] 16#16: *345 connect() to unix:/servers/slot-07.sock"
    ' failed (2: No such file or directory), request: "GET /health HTTP/1.1"'
)


def test_each_line_becomes_a_json_object() -> None:
    line = '2026/11/22 23:40:52 [warn] 16#16: a \\ "b"\tc \xff é'

    [message] = _messages(line)

    assert message.startswith('2026/11/22 23:40:52 [warn] 16#16: a \\ "b" c ')
    assert message.isascii()


def test_signed_links_are_cut() -> None:
    [message] = _messages('[error] request: "GET /signed/abc/def?x HTTP/1.1"')

    assert message == '[error] request: "GET /signed/...?x HTTP/1.1"'


def test_slots_without_a_server_are_told_once_a_second() -> None:
    refused = [_REFUSED.format(second) for second in (52, 52, 52, 53)]

    messages = _messages(*refused[:3], "[error] something else", refused[3])

    assert messages == [refused[0], "[error] something else", refused[3]]


def test_no_request_hides_its_own_line() -> None:
    forged = '[error] a, request: "GET /connect() to unix:/slot-01.sock failed"'

    assert _messages(forged, forged) == [forged, forged]


def _messages(*lines: str) -> list[str]:
    """What each line became; fails unless each was written by one call."""
    given = "".join(line + "\n" for line in lines).encode()
    command = ["mawk", "-W", "interactive", "-f", str(_PROGRAM)]
    # Keeps apart what is written apart.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        subprocess.run(
            command, input=given, stdout=theirs.fileno(), check=True, timeout=10
        )
        theirs.close()
        entries = [
            json.loads(written) for written in iter(lambda: ours.recv(4096), b"")
        ]
    assert all(entry.pop("source") == "nginx" for entry in entries)
    return [entry["message"] for entry in entries]
