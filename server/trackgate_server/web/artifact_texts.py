"""The beginning of a file as text, and JSON in readable lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from trackgate_server.blobs.store import OpenBlob

MOST_BYTES = 1024 * 1024
_MOST_LINES = 20_000
# Indented, a text may be many times as long as it was.
_MOST_FORMATTED = 4 * 1024 * 1024
_DEEPEST = 200
_SNIFFED_BYTES = 8 * 1024
_PLAIN = bytes(range(32, 127)) + b"\t\n\r\f\x1b"
_MOST_ODD = 0.15
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Such a text may read otherwise than it runs (Unicode, "Trojan Source").
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TOKEN = re.compile(
    r'[ \t\r\n]*(?:([\[{,\]}])|(:)|("[^"\\]*(?:\\.[^"\\]*)*"|'
    r"-?(?:\d[\d.eE+-]*|Infinity)|NaN|true|false|null))",
    re.DOTALL,
)
_PAIRS = {"]": "[", "}": "{"}
_OPENING = frozenset(_PAIRS.values())
_COLON = ": "
_INDENT = "  "


class Text(NamedTuple):
    """A text, from its beginning.

    is_whole  whether this is all of it
    """

    text: str
    is_whole: bool

    @property
    def numbers(self) -> str:
        """The numbers of its lines, one below the other."""
        count = self.text.removesuffix("\n").count("\n") + 1
        return "\n".join(map(str, range(1, count + 1)))


def start_of(blob: OpenBlob, most_bytes: int = MOST_BYTES) -> tuple[bytes, bool]:
    """A file's first bytes, and whether they are all of it."""
    start = blob.file.read(most_bytes)
    return start, len(start) >= blob.size_bytes


def is_text(start: bytes) -> bool:
    """Whether a file that begins so can be read by people."""
    if start[:2] in _MARKS:
        return True
    head = start[:_SNIFFED_BYTES]
    if b"\0" in head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        # In an older encoding, letters with accents stand between plain ones.
        return len(head.translate(None, _PLAIN)) < len(head) * _MOST_ODD
    return True


def decoded(start: bytes, is_whole: bool) -> Text:
    """The text that begins so: at most 20,000 lines, each ended by a line feed."""
    encoding = _MARKS.get(start[:2], "utf-8-sig")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(start, final=is_whole)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", _MOST_LINES)
    if len(lines) > _MOST_LINES:
        return Text("\n".join(lines[:_MOST_LINES]), is_whole=False)
    return Text("\n".join(lines), is_whole)


def formatted(text: str) -> Text | None:
    """JSON with a line for each value; None for what is none.

    Numbers and texts stay as they were written, so that no digit is lost.
    """
    pieces: list[str] = []
    length = 0
    try:
        for piece in _laid_out(text):
            pieces.append(piece)
            length += len(piece)
            if length > _MOST_FORMATTED:
                return Text("".join(pieces), is_whole=False)
    except ValueError:
        return None
    return Text("".join(pieces), is_whole=True)


def _laid_out(text: str) -> Iterator[str]:
    """The tokens with blanks between; ValueError where brackets do not match."""
    opened: list[str] = []
    before = ""
    for token in _tokens(text):
        if token in _PAIRS:
            if not opened or opened.pop() != _PAIRS[token]:
                raise ValueError("brackets do not match")
            follows = before in _OPENING
        else:
            follows = token in (",", _COLON) or before in ("", _COLON)
        yield token if follows else "\n" + _INDENT * len(opened) + token
        if token in _OPENING:
            opened.append(token)
        if len(opened) > _DEEPEST:
            raise ValueError("it is too deep")
        before = token
    if opened or not before:
        raise ValueError("it ends too early")


def _tokens(text: str) -> Iterator[str]:
    position, end = 0, len(text.rstrip(" \t\r\n"))
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(f"no JSON at {position}")
        position = found.end()
        yield _COLON if found[2] else found[found.lastindex or 0]


def turns(text: str) -> bool:
    """Whether a text has signs that change the order in which it is shown."""
    return _TURNING.search(text) is not None
