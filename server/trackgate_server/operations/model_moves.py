"""The history of registered models: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.registered_models import (
    GET_MODEL_HISTORY,
    GetModelHistory,
    ModelHistory,
    ModelMove,
)
from trackgate_wire.registry_rules import check_model_name

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import model_moves, registered_models
from trackgate_server.store.model_moves import MoveRow
from trackgate_server.store.transaction import Transaction


@serves(GET_MODEL_HISTORY)
def get_history(scope: Scope, request: GetModelHistory) -> ModelHistory:
    check_model_name(request.name)
    limit = request.max_results
    rules.check_page_size(limit, limits.MODEL_MOVES_PER_PAGE)
    what = ["model moves", request.name]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    place = bookmarks.read(request.page_token)
    before = limits.INT64_MAX if place is None else place
    models = _models_called(scope.db, request.name)
    rows = model_moves.page(scope.db, request.name, models, before, limit + 1)
    more = len(rows) > limit
    token = bookmarks.make(rows[limit - 1].id if more else None)
    return ModelHistory([_shown(row) for row in rows[:limit]], token)


def _models_called(db: Transaction, name: str) -> list[int]:
    """The model of that name, else those that had it once; raises NotFound."""
    model = registered_models.find(db, name)
    if model is not None:
        return [model.id]
    once = model_moves.once_called(db, name)
    if not once:
        raise registered_models.not_found(name)
    return once


def _shown(row: MoveRow) -> ModelMove:
    return ModelMove(
        name=row.name,
        kind=row.kind,
        alias=row.alias,
        version=str(row.version) if row.version else "",
        before=row.before,
        after=row.after,
        user_id=row.user,
        comment=row.comment,
        timestamp=row.at_ms,
    )
