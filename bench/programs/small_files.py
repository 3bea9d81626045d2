"""A folder of small files, up to a run's artifacts and down again.

Run by the interpreter of a client: `small_files.py trackgate|mlflow FOLDER`.
Writes the seconds up, the seconds down, the client's processor seconds of both, and
how many files came back.
"""

import importlib
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

tracking = importlib.import_module(sys.argv[1])
folder = sys.argv[2]
with tracking.start_run() as run:
    begun, used = time.perf_counter(), time.process_time()
    tracking.log_artifacts(folder, artifact_path="files")
    up, up_cpu = time.perf_counter() - begun, time.process_time() - used
    with TemporaryDirectory() as target:
        begun, used = time.perf_counter(), time.process_time()
        tracking.artifacts.download_artifacts(
            run_id=run.info.run_id, artifact_path="files", dst_path=target
        )
        down, down_cpu = time.perf_counter() - begun, time.process_time() - used
        back = len(list(Path(target, "files").iterdir()))
sys.stdout.write(f"{up} {down} {up_cpu} {down_cpu} {back}\n")
