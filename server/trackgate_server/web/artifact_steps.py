"""The slider that leads through a series of images, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trackgate_server.web.artifact_images import Image, Series, spread

# As many as a slider across a screen can tell apart.
_MOST_STOPS = 1_000


class Stop(NamedTuple):
    """A place of the slider, as its script is told of it.

    name   of the image's file
    small  of a smaller copy; the same where there is none
    label  such as "step 300"
    """

    name: str
    small: str
    step: int
    label: str


class Slider(NamedTuple):
    """Stops in the order of their steps; `place` is where it stands at first."""

    stops: list[Stop]
    place: int

    @property
    def here(self) -> Stop:
        return self.stops[self.place]


class Strip(NamedTuple):
    """A series as its folder shows it; without a slider where it has no steps."""

    series: Series
    slider: Slider | None


def strips(series: Iterable[Series], step: int | None) -> list[Strip]:
    """What a folder shows of its images, as they were at a step; None for the last."""
    return [Strip(one, _at_step(one, step)) for one in series]


def at_image(series: Series, name: str) -> Slider | None:
    """The slider that stands at the image of that file; None for a smaller copy."""
    stops = _stops(series, name)
    places = [place for place, stop in enumerate(stops) if stop.name == name]
    return Slider(stops, places[0]) if places and len(stops) > 1 else None


def _at_step(series: Series, step: int | None) -> Slider | None:
    """It stands at the newest image that there was at the step, else at the first."""
    stops = _stops(series)
    if len(stops) < 2:
        return None
    until = [n for n, stop in enumerate(stops) if step is None or stop.step <= step]
    return Slider(stops, until[-1] if until else 0)


def _stops(series: Series, wanted: str = "") -> list[Stop]:
    """The stops of a series, that of the wanted file among them."""
    some = {image.name for image in spread(series.images, _MOST_STOPS)}
    return [
        stop
        for stop in _labelled(series.images)
        if stop.name in some or stop.name == wanted
    ]


def _labelled(images: Iterable[Image]) -> Iterator[Stop]:
    """Images with what people call them: a number where a step has several."""
    stepped = [(image, image.step) for image in images if image.step is not None]
    many = Counter(step for _, step in stepped)
    seen: Counter[int] = Counter()
    for image, step in stepped:
        seen[step] += 1
        which = f", {seen[step]} of {many[step]}" if many[step] > 1 else ""
        yield Stop(image.name, image.shown, step, f"step {step:,}{which}")
