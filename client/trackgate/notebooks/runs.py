"""How a run shows itself in a notebook."""

from __future__ import annotations

from trackgate.entities import Run
from trackgate.notebooks import cards, words
from trackgate.notebooks.reading import Reader


def html(run: Run) -> str:
    """A run as it is now, or as it was read where the server has no answer."""
    reader = Reader.of(run)
    info, known = run.info, reader.run(run.info.run_id)
    address = reader.page("runs", info.run_id) if known else None
    info, data = (known or run).info, (known or run).data
    return cards.card(
        "Run",
        info.run_name or info.run_id,
        address,
        (
            info.status,
            info.user_id,
            words.moment(info.start_time),
            words.length(info.start_time, info.end_time),
        ),
        cards.metrics_table(
            data.metrics, lambda key: reader.history(info.run_id, key) if known else []
        ),
        cards.pairs_table("Parameter", data.params),
    )
