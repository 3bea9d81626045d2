"""Any number of values as requests that keep the protocol's limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trackgate_wire import codec, limits
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import LogBatch, Param, RunTag

Value = Metric | Param | RunTag

# Braces, the names of the lists and a run's id at its longest.
_ENVELOPE_BYTES = 512


class Batch:
    """Values of one run that fit into one request."""

    __slots__ = ("_keys", "metrics", "params", "size_bytes", "tags")

    def __init__(self) -> None:
        self.metrics: list[Metric] = []
        self.params: list[Param] = []
        self.tags: list[RunTag] = []
        self.size_bytes = _ENVELOPE_BYTES
        self._keys: set[tuple[type[Value], str]] = set()

    def __len__(self) -> int:
        return len(self.metrics) + len(self.params) + len(self.tags)

    def take(self, value: Value) -> bool:
        """Add one value; False, and nothing changed, where it does not fit.

        A parameter or tag does not fit beside another of its key: one request may
        name a key once, and the later value must arrive later.
        """
        size_bytes = len(codec.encode(value)) + 1
        full = len(self) >= limits.ENTITIES_PER_BATCH
        heavy = self.size_bytes + size_bytes > limits.BATCH_BYTES
        if full or (heavy and len(self)) or not self._place(value):
            return False
        self.size_bytes += size_bytes
        return True

    def request(self, run_id: str) -> LogBatch:
        """The batch as a message about one run."""
        return LogBatch(
            run_id=run_id, metrics=self.metrics, params=self.params, tags=self.tags
        )

    def _place(self, value: Value) -> bool:
        if isinstance(value, Metric):
            if len(self.metrics) >= limits.METRICS_PER_BATCH:
                return False
            self.metrics.append(value)
            return True
        key = type(value), value.key
        if key in self._keys:
            return False
        if isinstance(value, Param):
            if len(self.params) >= limits.PARAMS_PER_BATCH:
                return False
            self.params.append(value)
        else:
            if len(self.tags) >= limits.TAGS_PER_BATCH:
                return False
            self.tags.append(value)
        self._keys.add(key)
        return True


def split(values: Iterable[Value]) -> Iterator[Batch]:
    """As few batches as the order of the values allows."""
    batch = Batch()
    for value in values:
        if batch.take(value):
            continue
        yield batch
        batch = Batch()
        batch.take(value)
    if len(batch):
        yield batch
