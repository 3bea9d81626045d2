"""Search of logged models: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.logged_models import (
    SEARCH_LOGGED_MODELS,
    LoggedModelsPage,
    SearchLoggedModels,
)

from trackgate_server.filters.logged_models import parse_filter, parse_order
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import (
    experiments,
    logged_model_data,
    search_logged_models,
)
from trackgate_server.store.search_logged_models import LoggedModelQuery

_MOST_DATASETS = 100


@serves(SEARCH_LOGGED_MODELS)
def search(scope: Scope, request: SearchLoggedModels) -> LoggedModelsPage:
    rules.check_page_size(request.max_results, limits.LOGGED_MODELS_PER_PAGE)
    rules.check_count("datasets", len(request.datasets), _MOST_DATASETS)
    where = sorted({experiments.parse_id(text) for text in request.experiment_ids})
    tree, order = parse_filter(request.filter), parse_order(request.order_by)
    what = ["logged models", where, request.filter, request.datasets, request.order_by]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    after = bookmarks.read(request.page_token)
    if not where:
        return LoggedModelsPage()
    query = LoggedModelQuery(
        where, tree, request.datasets, order, request.max_results, after
    )
    found = search_logged_models.search(scope.db, scope.names, query)
    models = logged_model_data.described(scope.db, found.rows)
    token = bookmarks.make(found.next)
    return LoggedModelsPage(models=models, next_page_token=token)
