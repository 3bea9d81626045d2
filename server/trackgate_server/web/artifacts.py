"""Files of runs, logged models and versions: a tree, and the one that was chosen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from trackgate_wire.endpoint import Access
from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.blobs.store import OpenBlob
from trackgate_server.operations import (
    artifact_folders,
    artifact_holders,
    logged_model_overview,
    run_overview,
)
from trackgate_server.operations.artifact_folders import Folder
from trackgate_server.operations.artifact_holders import Holder
from trackgate_server.operations.artifact_registering import MODEL_FILE, can_register
from trackgate_server.operations.scope import Scope
from trackgate_server.store.logged_models import LoggedModelRow
from trackgate_server.web import artifact_images, artifact_steps, artifact_viewers
from trackgate_server.web.artifact_addresses import (
    addresses_of,
    artifact_page,
    holder_of,
    path_in,
)
from trackgate_server.web.artifact_kinds import is_also_text, kind_of
from trackgate_server.web.artifact_steps import Strip
from trackgate_server.web.artifact_tree import branch, parent_of, tree
from trackgate_server.web.artifact_viewers import Look, model_in
from trackgate_server.web.page import View, Visit


@artifact_page("")
def browse(visit: Visit, **parts: str) -> View:
    holder = holder_of(visit.scope, parts)
    path = path_in(visit.query)
    common = {
        "holder": holder,
        "files": addresses_of(visit.scope, parts),
        "path": path,
        **_layout(visit.scope, holder),
    }
    if holder.root is None:
        return View("artifacts.html", {**common, "tree": None})
    blob = _opened(visit.scope, holder, path)
    if blob is None:
        return View("artifacts.html", {**common, **_folder(visit, holder, path)})
    with blob.file:
        return View("artifacts.html", {**common, **_file(visit, holder, path, blob)})


@artifact_page("/branch")
def show_branch(visit: Visit, **parts: str) -> View:
    """A folder's part of the tree alone, for the script that opens it."""
    holder = holder_of(visit.scope, parts)
    path, token = path_in(visit.query), visit.query.get("from")
    grown = branch(artifact_folders.folder(visit.scope, holder, path, token))
    given = {"files": addresses_of(visit.scope, parts), "branch": grown, "path": None}
    return View("artifact_branch.html", given)


def _layout(scope: Scope, holder: Holder) -> dict[str, Any]:
    """What is around the files: whose they are, and the ways to its other pages."""
    read, within = scope.services.database.read, partial(replace, scope)
    if holder.kind == "run":
        run = read(lambda db: run_overview.head(within(transaction=db), holder.id))
        return {"layout": "run_frame.html", "run": run, "tab": "Artifacts"}
    if holder.kind == "logged-model":
        model = read(
            lambda db: logged_model_overview.head(within(transaction=db), holder.id)
        )
        return {"layout": "logged_model_frame.html", "logged": model, "tab": "Files"}
    return {"layout": "artifact_layout.html"}


def _opened(scope: Scope, holder: Holder, path: str) -> OpenBlob | None:
    """The file at a path; None where a folder is. Raises NotFound."""
    if not path:
        return None
    try:
        return scope.services.blobs.open(holder.below(path).place)
    except InvalidParameterValue:
        return None


def _file(visit: Visit, holder: Holder, path: str, blob: OpenBlob) -> dict[str, Any]:
    scope, folder = visit.scope, parent_of(path)
    grown = tree(scope, holder, folder, None)
    look = Look(
        holder, path, blob, lambda: artifact_folders.names_in(scope, holder, folder)
    )
    as_text = visit.query.get("as") == "text"
    return {
        "tree": grown.root,
        "file": look,
        "shown": artifact_viewers.shown(look, as_text),
        "as_text": as_text,
        "has_source": is_also_text(kind_of(look.name)),
        **_registration(visit, holder, folder if look.name == MODEL_FILE else None),
    }


def _folder(visit: Visit, holder: Holder, path: str) -> dict[str, Any]:
    grown = tree(visit.scope, holder, path, visit.query.get("from"))
    names = [entry.name for entry in grown.last.entries]
    has_model = MODEL_FILE in names
    model = model_in(visit.scope, holder, path) if has_model else None
    return {
        "tree": grown.root,
        "file": None,
        "folder": branch(grown.last),
        "models": _models_beside(visit.scope, holder, path),
        "strips": _strips(visit, holder, grown.last),
        "model": model,
        **_registration(visit, holder, path if model else None),
    }


def _strips(visit: Visit, holder: Holder, folder: Folder) -> list[Strip]:
    """The images of a whole folder, above the first of its pages."""
    if visit.query.get("from"):
        return []
    names = [entry.name for entry in folder.entries]
    if folder.token is not None:
        names = artifact_folders.names_in(visit.scope, holder, folder.path)
    step = visit.query.get("step", type=int)
    return artifact_steps.strips(artifact_images.series_in(names), step)


def _models_beside(scope: Scope, holder: Holder, path: str) -> list[LoggedModelRow]:
    """The logged models of a run, whose files are not among its own."""
    if path or holder.kind != "run":
        return []
    return artifact_holders.models_made(scope, holder.id)


def _registration(visit: Visit, holder: Holder, folder: str | None) -> dict[str, Any]:
    """The folder that the caller may register as a model, if this is one."""
    allowed = (
        folder is not None
        and visit.scope.caller.access >= Access.WRITE
        and can_register(holder, folder)
    )
    return {"registrable": folder if allowed else None}
