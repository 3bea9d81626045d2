"""A training loop that logs in the background: what its calls cost it.

Run by the interpreter of a client: `background_loop.py trackgate|mlflow CALLS SECONDS`.
After so many seconds it stops early. Writes how many calls it made, the seconds of wall
time and of its own thread's processor time they took, the seconds until the server had
all of it, by how many MiB the most memory ever used had grown, and how many points the
server has.
"""

import importlib
import resource
import sys
import time

tracking = importlib.import_module(sys.argv[1])
calls, seconds = int(sys.argv[2]), float(sys.argv[3])


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


with tracking.start_run() as run:
    tracking.log_metric("loss", 1.0, step=-1, synchronous=False)
    tracking.flush_async_logging()
    before_mib = peak_mib()
    begun, used, made = time.perf_counter(), time.thread_time(), 0
    while made < calls and time.perf_counter() - begun < seconds:
        tracking.log_metric("loss", 1 / (made + 1), step=made, synchronous=False)
        made += 1
    took, cpu = time.perf_counter() - begun, time.thread_time() - used
    tracking.flush_async_logging()
    whole = time.perf_counter() - begun
grown_mib = peak_mib() - before_mib
history = tracking.MlflowClient().get_metric_history(run.info.run_id, "loss")
steps = [point.step for point in history]
arrived = len(set(steps)) - 1
sys.stdout.write(f"{made} {took} {cpu} {whole} {grown_mib} {arrived}\n")
