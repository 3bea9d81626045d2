"""Search of logged models: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.logged_models import (
    SEARCH_LOGGED_MODELS,
    LoggedModelsPage,
    SearchLoggedModels,
)

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves


@serves(SEARCH_LOGGED_MODELS)
def search(scope: Scope, request: SearchLoggedModels) -> LoggedModelsPage:
    del scope
    rules.check_page_size(request.max_results, limits.LOGGED_MODELS_PER_PAGE)
    for experiment_id in request.experiment_ids:
        rules.check_experiment_id(experiment_id)
    return LoggedModelsPage()
