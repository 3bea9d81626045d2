"""`python -m trackgate.serving`: what runs in a model's own environment.

Started by `trackgate models …` with a folder of a model, never by people: it fetches
nothing and knows no credentials.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from trackgate.serving import prediction_files, server


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a model, or predict one file."""
    given = _parser().parse_args(arguments)
    options = vars(given)
    job = options.pop("job")
    if job == "serve":
        server.run(server.Serving(**options))
    else:
        prediction_files.run(prediction_files.Task(**options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trackgate.serving")
    jobs = parser.add_subparsers(dest="job", required=True)
    serve = jobs.add_parser("serve")
    serve.add_argument("--model", type=Path, required=True)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=5000)
    serve.add_argument("--socket", type=Path)
    serve.add_argument("--workers", type=int, default=1)
    serve.add_argument("--threads", type=int, default=4)
    serve.add_argument("--timeout-s", type=float, default=60)
    serve.add_argument("--max-body-mib", type=int, default=64)
    serve.add_argument("--owned", type=Path)
    predict = jobs.add_parser("predict")
    predict.add_argument("--model", type=Path, required=True)
    predict.add_argument("--content-type", required=True)
    predict.add_argument("--source", type=Path)
    predict.add_argument("--target", type=Path)
    predict.add_argument("--owned", type=Path)
    return parser


if __name__ == "__main__":
    main()
