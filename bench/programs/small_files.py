"""A folder of small files, up to a run's artifacts or from there down again.

Run by the interpreter of a client: `small_files.py trackgate|mlflow up|down FOLDER`.
Writes the seconds it took, the client's processor seconds, and how many files arrived.
"""

import importlib
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

tracking = importlib.import_module(sys.argv[1])
way, folder = sys.argv[2:]


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


with tracking.start_run() as run, TemporaryDirectory() as target:
    place = {"run_id": run.info.run_id, "artifact_path": "files"}
    begun, used = clocks()
    tracking.log_artifacts(folder, artifact_path="files")
    if way == "up":
        ended, used_then = clocks()
        there = len(tracking.artifacts.list_artifacts(**place))
    else:
        begun, used = clocks()
        tracking.artifacts.download_artifacts(**place, dst_path=target)
        ended, used_then = clocks()
        there = len(list(Path(target, "files").iterdir()))
sys.stdout.write(f"{ended - begun} {used_then - used} {there}\n")
