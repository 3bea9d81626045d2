"""A script that logs one metric: seconds from its first line to the end of its run.

Run by the interpreter of a client: `first_metric.py trackgate|mlflow`.
"""

import time

begun = time.perf_counter()

import importlib  # noqa: E402
import sys  # noqa: E402

tracking = importlib.import_module(sys.argv[1])
imported = time.perf_counter()
with tracking.start_run():
    tracking.log_metric("loss", 0.5)
done = time.perf_counter()
sys.stdout.write(f"{done - begun} {imported - begun}\n")
