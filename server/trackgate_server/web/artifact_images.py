"""Images that belong together: the same thing at several steps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from trackgate_server.web.artifact_kinds import Kind, kind_of
from trackgate_server.web.natural_order import natural

MOST_SHOWN = 60
# MLflow 3.x, `MlflowClient.log_image`: a slash in a key is "~", earlier "#"; what
# parts the name is "+", earlier "%".
_LOGGED = re.compile(
    r"(?P<key>.+)(?P<sign>[+%])step(?P=sign)(?P<step>-?\d{1,19})(?P=sign)timestamp"
    r"(?P=sign)(?P<at_ms>\d{1,19})(?P=sign)[0-9A-Fa-f-]+(?P<small>(?P=sign)compressed)?"
    r"\.\w+"
)
_STEPPED = re.compile(
    r"(?P<key>.*?)[_\-. ]?(?:step|epoch|iter|iteration)[_\-=. ]?(?P<step>\d{1,19})"
    r"(?P<rest>\D.*)?\.\w+",
    re.IGNORECASE,
)


class Stamp(NamedTuple):
    """What an image's name says: of which series it is, and at which step.

    at_ms     when it was logged, which orders images of one step; 0 if it is not said
    is_small  whether it is a copy for lists of images
    """

    series: str
    step: int
    at_ms: int = 0
    is_small: bool = False


class Image(NamedTuple):
    """An image in a folder.

    name   of the file
    shown  of the file to show where many are, a small copy if there is one
    step   None where it is in no series
    """

    name: str
    shown: str
    step: int | None


class Series(NamedTuple):
    """Images of the same thing by their steps, or those that are in no series."""

    name: str
    images: list[Image]

    @property
    def beside(self) -> list[Image]:
        """Those that stand side by side."""
        return spread(self.images, MOST_SHOWN)

    @property
    def left_out(self) -> int:
        """How many are not among them."""
        return len(self.images) - len(self.beside)


def stamp_of(name: str) -> Stamp | None:
    """The series and step of an image; None for a file that is of none."""
    if kind_of(name) is not Kind.IMAGE:
        return None
    if logged := _LOGGED.fullmatch(name):
        key = re.sub("[~#]", "/", logged["key"])
        small = logged["small"] is not None
        return Stamp(key, int(logged["step"]), int(logged["at_ms"]), small)
    if stepped := _STEPPED.fullmatch(name):
        parts = (stepped["key"], stepped["rest"] or "")
        named = " ".join(part.strip(" _-.") for part in parts).strip()
        return Stamp(named or "images", int(stepped["step"]))
    return None


def label_of(name: str) -> str:
    """What people read for a file's name."""
    stamp = stamp_of(name)
    if stamp is None or not stamp.at_ms:
        return name
    return f"{stamp.series} · step {stamp.step}" + (
        " · small" if stamp.is_small else ""
    )


def series_in(names: Iterable[str]) -> list[Series]:
    """The images of a folder: each series by its steps, then what is in none."""
    stamped = {name: stamp_of(name) for name in names if kind_of(name) is Kind.IMAGE}
    small = {
        (stamp.series, stamp.step, stamp.at_ms): name
        for name, stamp in stamped.items()
        if stamp is not None and stamp.is_small
    }
    grouped: dict[str, list[tuple[Stamp, Image]]] = {}
    for name, stamp in stamped.items():
        if stamp is not None and not stamp.is_small:
            shown = small.get((stamp.series, stamp.step, stamp.at_ms), name)
            image = Image(name, shown, stamp.step)
            grouped.setdefault(stamp.series, []).append((stamp, image))
    found = [_series(name, grouped[name]) for name in sorted(grouped, key=natural)]
    single = sorted((name for name in stamped if not stamped[name]), key=natural)
    if single:
        images = [Image(name, name, None) for name in single]
        found.append(Series("", images))
    return found


def series_of(name: str, names: Iterable[str]) -> Series | None:
    """The series that an image is in; None where it is the only one of it."""
    stamp = stamp_of(name)
    if stamp is None:
        return None
    same = [one for one in names if (s := stamp_of(one)) and s.series == stamp.series]
    found = series_in(same)
    return found[0] if found and len(found[0].images) > 1 else None


def _series(name: str, images: list[tuple[Stamp, Image]]) -> Series:
    images.sort(key=lambda one: (one[0].step, one[0].at_ms, one[1].name))
    return Series(name, [image for _, image in images])


def spread(images: list[Image], most: int) -> list[Image]:
    """At most so many of them, evenly; the first and the last among them."""
    if len(images) <= most:
        return images
    last = len(images) - 1
    places = sorted({round(i * last / (most - 1)) for i in range(most)})
    return [images[place] for place in places]
