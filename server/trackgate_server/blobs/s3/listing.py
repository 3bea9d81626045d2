"""Names in a folder of a bucket, in the order of the local store.

S3 orders keys, and a folder's ends with a slash: `a-b` and `a.txt` come before `a/`.
Names come in order of the names: `a`, `a-b`, `a.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.blobs.s3.bucket import Bucket, Page
from trackgate_server.blobs.store import Entry


def entries(bucket: Bucket, prefix: str, after: str, limit: int) -> list[Entry]:
    """At most `limit` entries right below `prefix` whose names sort after `after`.

    One call for each thousand names, and where there are more than `limit`, one for
    each folder that may lie behind. Where a race left a file and a folder of one name,
    the folder is listed.
    """
    found: dict[str, Entry] = {}
    for page in bucket.folder_pages(prefix, prefix + after if after else ""):
        found |= {one.name: one for one in _entries(page, prefix) if one.name > after}
        if page.more and len(found) >= limit:
            for name in _folders_behind(page.last_key.removeprefix(prefix)):
                if name > after and bucket.has_below(f"{prefix}{name}/"):
                    found[name] = Entry(name, None)
            break
    return [found[name] for name in sorted(found)[:limit]]


def _entries(page: Page, prefix: str) -> Iterator[Entry]:
    """What is ours: somebody else's tools may make keys that are no paths."""
    for file in page.files:
        if _is_name(name := file.key.removeprefix(prefix)):
            yield Entry(name, file.size_bytes)
    for folder in page.folders:
        if _is_name(name := folder.removeprefix(prefix).removesuffix("/")):
            yield Entry(name, None)


def _is_name(name: str) -> bool:
    try:
        return rules.artifact_segments(name) == (name,)
    except InvalidParameterValue:
        return False


def _folders_behind(last_key: str) -> Iterator[str]:
    """Folders that sort before `last_key` by name, but after it by key.

    They are how it begins, up to a character that sorts before the slash.
    """
    for index, letter in enumerate(last_key):
        if letter < "/":
            yield last_key[:index]
    if not last_key.endswith("/"):
        yield last_key
