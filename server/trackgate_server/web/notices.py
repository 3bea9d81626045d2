"""What a page says after a form was carried out.

The address carries a key of these and a number, never words: nobody can have this
server say something by a link.
"""

from __future__ import annotations

TEXTS = {
    "experiment-created": "The experiment is there.",
    "experiment-renamed": "The experiment has its new name.",
    "experiment-deleted": "The experiment was deleted. It can be restored.",
    "experiment-restored": "The experiment is back.",
    "person-removed": "The person was removed, and is locked out.",
    "role-set": "The role was set. It counts from the next request on.",
    "note-saved": "The note was saved.",
    "tag-saved": "The tag was saved.",
    "tag-removed": "The tag was removed.",
    "run-renamed": "The run has its new name.",
    "run-deleted": "The run was deleted. It can be restored.",
    "run-restored": "The run is back.",
    "runs-deleted": "Runs deleted: {count}. They can be restored from the tab Deleted.",
    "runs-restored": "Runs restored: {count}.",
    "runs-tagged": "Runs with the tag now: {count}.",
    "runs-none": "Nothing was done: no run was chosen.",
    "view-saved": "The view was saved for everybody.",
    "view-renamed": "The view has its new name.",
    "view-deleted": "The view was deleted.",
    "model-created": "The model is there.",
    "model-renamed": "The model has its new name.",
    "model-deleted": "The model was deleted with all its versions.",
    "logged-model-deleted": "The logged model was deleted.",
    "description-saved": "The description was saved.",
    "version-moved": "The version is in its new stage.",
    "version-deleted": "The version was deleted.",
    "version-registered": "The model was registered as version {count}.",
    "alias-set": "The alias stands for this version now.",
    "alias-removed": "The alias was removed.",
}


def text_of(key: str, count: str) -> str | None:
    """The notice of a key, with its number; None for a key that is not ours."""
    text = TEXTS.get(key)
    if text is None:
        return None
    return text.format(count=int(count) if count.isascii() and count.isdigit() else 0)
