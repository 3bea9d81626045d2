"""A training loop: so many log_metric calls, or for so many seconds, one by one.

Run by the interpreter of a client: `logging_loop.py trackgate|mlflow CALLS SECONDS`.
Writes how many calls it made, and the seconds they took.
"""

import importlib
import sys
import time

tracking = importlib.import_module(sys.argv[1])
calls, seconds = int(sys.argv[2]), float(sys.argv[3])
with tracking.start_run():
    tracking.log_metric("loss", 1.0, step=-1)
    begun, made = time.perf_counter(), 0
    while made < calls and time.perf_counter() - begun < seconds:
        tracking.log_metric("loss", 1 / (made + 1), step=made)
        made += 1
    took = time.perf_counter() - begun
sys.stdout.write(f"{made} {took}\n")
