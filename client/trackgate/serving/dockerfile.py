"""A folder from which an image that serves one model can be built.

The image has the model's files, its own Python packages and Trackgate; no credentials,
no package cache, and nothing runs as root.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from trackgate.environments.interpreters import minor_version
from trackgate.errors import InvalidParameterValue
from trackgate.models.environment import REQUIREMENTS_FILE
from trackgate.serving.interpreters import wanted_python
from trackgate.serving.own_distribution import EXTRA, Origin, origin

_MODEL = "model"
_SOURCE = "trackgate-source"
# As the peer's images do.
_PORT = 8080


def generate(model: Path, folder: Path, base_image: str | None = None) -> None:
    """Write the Dockerfile and what it copies.

    model       a model's folder
    folder      made if need be; raises InvalidParameterValue unless it is empty
    base_image  with Python 3.11 or newer, or made from Debian; else the slim image of
                the model's own Python
    """
    if not (model / REQUIREMENTS_FILE).is_file():
        raise InvalidParameterValue(
            f"The model at {model} has no {REQUIREMENTS_FILE}; what to install in the"
            " image is not known."
        )
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise InvalidParameterValue(f"The folder {folder} is not empty.")
    shutil.copytree(model, folder / _MODEL)
    ours = origin()
    ours.copy_source(folder / _SOURCE)
    base = base_image or f"python:{minor_version(wanted_python(model))}-slim"
    text = _text(base, ours)
    (folder / "Dockerfile").write_text(text, encoding="utf-8")


def _text(base_image: str, ours: Origin) -> str:
    copied, installed = _own_steps(ours)
    return _TEMPLATE.format(
        base_image=base_image,
        copy_source=copied,
        trackgate=installed,
        model=_MODEL,
        port=_PORT,
    )


def _own_steps(ours: Origin) -> tuple[str, str]:
    """How Trackgate's source gets into the image, and what pip is told."""
    if ours.project is None:
        return "", f"trackgate[{EXTRA}]=={ours.version}"
    return f"COPY {_SOURCE} /opt/{_SOURCE}\n", f"/opt/{_SOURCE}[{EXTRA}]"


_TEMPLATE = """\
# Serves one model; build it with: docker build -t NAME .
ARG BASE_IMAGE={base_image}
FROM ${{BASE_IMAGE}}

# Python where the base has none; OpenMP, which some models' libraries expect.
RUN if command -v apt-get >/dev/null; then \\
      packages=libgomp1; \\
      command -v python3 >/dev/null || packages="$packages python3 python3-venv"; \\
      apt-get update \\
      && apt-get install -y --no-install-recommends $packages \\
      && rm -rf /var/lib/apt/lists/*; \\
    fi

RUN python3 -m venv /opt/environment
ENV PATH=/opt/environment/bin:$PATH PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1

{copy_source}COPY {model} /opt/model
# Downloaded files may be for their owner only.
RUN chmod -R a+rX /opt/model \\
  && pip install -r /opt/model/requirements.txt "{trackgate}"

RUN useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin model
USER model
WORKDIR /home/model

EXPOSE {port}
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", \\
  "import http.client as h; c = h.HTTPConnection('127.0.0.1', {port}, timeout=4); \\
c.request('GET', '/ping'); raise SystemExit(c.getresponse().status != 200)"]

# More options after the image's name: docker run -p {port}:{port} NAME --workers=2
ENTRYPOINT ["python", "-P", "-m", "trackgate.serving", "serve", \\
  "--model=/opt/model", "--host=0.0.0.0", "--port={port}"]
"""
