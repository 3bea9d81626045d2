"""What is used for the first time by several threads at once."""

from __future__ import annotations

import subprocess
import sys

# Each thread asks for each kind of message at the same moment, in a fresh process, and
# threads take turns as often as they can.
_AT_ONCE = """
import sys, threading
from trackgate_wire import codec
from trackgate_wire.endpoints import ENDPOINTS

sys.setswitchinterval(1e-7)
body = codec.encode({
    "run_id": "a", "key": "b", "value": 1.5, "timestamp": 1, "step": 2,
    "metrics": [{"key": "a", "value": 1, "timestamp": 3, "step": 3}],
    "params": [{"key": "a", "value": "b"}],
    "tags": [{"key": "a", "value": "b"}],
    "experiment_ids": ["1"], "filter": "x", "order_by": ["a"],
    "datasets": [{"dataset": {"name": "a", "digest": "b"}}],
})
together = threading.Barrier(8)
left = []

def read() -> None:
    for endpoint in ENDPOINTS:
        together.wait()
        try:
            codec.decode(body, endpoint.request)
        except codec.InvalidParameterValue:
            pass
    left.append(True)

threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(left))
"""
_TIMES = 4


def test_messages_are_read_by_many_threads_from_the_first_on() -> None:
    for _ in range(_TIMES):
        done = subprocess.run(
            [sys.executable, "-c", _AT_ONCE], capture_output=True, text=True, check=True
        )

        assert done.stdout == "8\n"
