"""Figures and images as files. The libraries they come from are never imported."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

_COMPRESSED_SIDE = 256
_PLOTLY_IMAGES = frozenset({".png", ".jpeg", ".jpg", ".webp", ".svg", ".pdf"})
_CHANNELS = frozenset({(), (1,), (3,), (4,)})


def save_figure(
    figure: object, path: Path, save_kwargs: Mapping[str, Any] | None = None
) -> None:
    """Write a figure of matplotlib or plotly, in the format the name ends with.

    Raises TypeError for anything else. A plotly page carries its script with it,
    so that it opens without the internet.
    """
    given = dict(save_kwargs or {})
    drawn = cast(Any, figure)
    if hasattr(figure, "savefig"):
        drawn.savefig(path, **given)
    elif hasattr(figure, "write_html") and path.suffix == ".html":
        drawn.write_html(path, **{"auto_open": False} | given)
    elif hasattr(figure, "write_image") and path.suffix in _PLOTLY_IMAGES:
        drawn.write_image(path, **given)
    else:
        raise TypeError(
            f"A {type(figure).__name__} cannot be saved as {path.suffix or 'a file'};"
            " figures of matplotlib and plotly can."
        )


def as_image(picture: object) -> Any:
    """A PIL image from an array or an image.

    Arrays have the shape (height, width) or (height, width, channels) with 1, 3 or 4
    channels; whole numbers from 0 to 255, or booleans, or floats from 0 to 1, which
    are stretched where they leave that range.

    Raises TypeError and ValueError for anything else.
    """
    if all(hasattr(picture, name) for name in ("save", "resize", "size")):
        return picture
    if not hasattr(picture, "__array__"):
        raise TypeError(
            f"A {type(picture).__name__} is no image; arrays and PIL images are."
        )
    # Pillow is not among our requirements; whoever logs arrays as images has it.
    return importlib.import_module("PIL.Image").fromarray(_as_bytes(picture))


def compressed(image: Any) -> Any:
    """The image at a size that pages can show many of."""
    width, height = image.size
    scale = _COMPRESSED_SIDE / max(width, height)
    return image.resize((max(1, round(width * scale)), max(1, round(height * scale))))


def _as_bytes(picture: object) -> Any:
    """The array as whole numbers of 8 bits, without a lone channel."""
    array: Any = importlib.import_module("numpy").asarray(picture)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"Pixels must be numbers, not {array.dtype}.")
    if array.ndim not in (2, 3) or array.shape[2:] not in _CHANNELS:
        raise ValueError(
            f"An image has the shape (height, width) or (height, width, channels) with"
            f" 1, 3 or 4 channels, not {array.shape}."
        )
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    low, high = array.min(), array.max()
    if array.dtype.kind in "iu":
        if low < 0 or high > 255:
            raise ValueError(f"Pixels run from {low} to {high}; 0 to 255 is allowed.")
        return array.astype("uint8")
    if low < 0 or high > 1:
        array = (array - low) / (high - low)
    return (array * 255).astype("uint8")
