"""What kind of thing a file is, as far as its name says."""

from __future__ import annotations

from enum import StrEnum

from trackgate_server.operations.artifact_registering import MODEL_FILE


class Kind(StrEnum):
    """How a file is shown; the value names its template."""

    IMAGE = "image"
    TEXT = "text"
    JSON = "json"
    TABLE = "table"
    PARQUET = "parquet"
    MARKDOWN = "markdown"
    FRAME = "frame"
    PDF = "pdf"
    AUDIO = "audio"
    VIDEO = "video"
    MODEL = "model"
    UNKNOWN = "unknown"


_EXTENSIONS = {
    Kind.IMAGE: "avif bmp gif ico jpeg jpg png webp",
    Kind.JSON: "geojson ipynb json",
    Kind.TABLE: "csv tsv",
    Kind.PARQUET: "parquet",
    Kind.MARKDOWN: "markdown md",
    Kind.FRAME: "htm html svg",
    Kind.PDF: "pdf",
    Kind.AUDIO: "aac flac m4a mp3 oga ogg opus wav",
    Kind.VIDEO: "m4v mov mp4 ogv webm",
}
_BY_EXTENSION = {
    extension: kind for kind, line in _EXTENSIONS.items() for extension in line.split()
}
# Of what is text in another form, both can be seen.
_ALSO_TEXT = frozenset({Kind.JSON, Kind.TABLE, Kind.MARKDOWN, Kind.FRAME, Kind.MODEL})


def kind_of(name: str) -> Kind:
    """The kind of a file; whether an unknown one is text, its bytes say."""
    if name == MODEL_FILE:
        return Kind.MODEL
    return _BY_EXTENSION.get(extension_of(name), Kind.UNKNOWN)


def is_also_text(kind: Kind) -> bool:
    """Whether there is a source to look at besides what is shown."""
    return kind in _ALSO_TEXT


def extension_of(name: str) -> str:
    """What stands behind the last period, in small letters; "" without one."""
    return name.lower().rpartition(".")[2] if "." in name else ""
