"""Requests keep the protocol's limits, whatever is logged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from trackgate.batches import Value, split
from trackgate_wire import codec, limits
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param, RunTag

KEYS = st.text(alphabet="abcé", min_size=1, max_size=3)
METRICS = st.builds(Metric, KEYS, st.just(0.5), st.just(1))
PARAMS = st.builds(Param, KEYS, st.text(max_size=5))
TAGS = st.builds(RunTag, KEYS, st.text(max_size=5))


@given(st.lists(METRICS | PARAMS | TAGS, max_size=400))
def test_nothing_is_lost_and_no_key_stands_twice_in_a_request(
    values: list[Value],
) -> None:
    batches = list(split(values))

    for kind, name in ((Metric, "metrics"), (Param, "params"), (RunTag, "tags")):
        sent = [value for batch in batches for value in getattr(batch, name)]
        assert sent == [value for value in values if isinstance(value, kind)]
    for batch in batches:
        assert len({param.key for param in batch.params}) == len(batch.params)
        assert len({tag.key for tag in batch.tags}) == len(batch.tags)


def test_as_few_requests_are_made_as_the_limits_allow() -> None:
    metrics = [Metric("m", 0.5, 1, step) for step in range(2_500)]
    params = [Param(f"p{number}", "v") for number in range(150)]

    batches = list(split([*params, *metrics]))

    assert [len(batch.params) for batch in batches] == [100, 50, 0, 0][: len(batches)]
    assert [len(batch) for batch in batches] == [100, 1_000, 1_000, 550]


def test_a_request_keeps_its_limit_in_bytes() -> None:
    longest = "ü" * limits.PARAM_VALUE_LENGTH
    params = [Param(f"p{number}", longest) for number in range(100)]

    batches = list(split(params))

    assert len(batches) > 1
    for batch in batches:
        body = codec.encode(batch.request("r" * limits.RUN_ID_LENGTH))
        assert len(body) <= limits.BATCH_BYTES
