"""Numbers, times and lengths of time in few characters."""

from __future__ import annotations

from datetime import UTC, datetime

from trackgate.notebooks.elements import Html, element, joined

# Characters of a text in a cell; all of it is shown on hover.
_SHOWN = 80


def number(value: float) -> Html:
    """A value with five digits that count; all of them on hover."""
    short = f"{value:.5g}"
    return joined(short) if float(short) == value else _hinted(short, repr(value))


def text(value: str) -> Html:
    """The beginning of a text; more of it on hover."""
    short = value[:_SHOWN]
    return joined(value) if short == value else _hinted(f"{short}…", value)


def moment(at_ms: int | None) -> str:
    """A moment, milliseconds since the Unix epoch, in this machine's zone."""
    if at_ms is None:
        return ""
    try:
        when = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        # No calendar has it.
        return f"{at_ms} ms"
    return when.strftime("%Y-%m-%d %H:%M")


def length(start_ms: int | None, end_ms: int | None) -> str:
    """What lies between two moments, such as "1 h 3 min"."""
    if start_ms is None or end_ms is None or end_ms < start_ms:
        return ""
    seconds = (end_ms - start_ms) / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _hinted(short: str, whole: str) -> Html:
    return element("span", short, title=whole)
