"""What the tests of flavors share: few rows, and folders of models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

CELLS = np.sin(np.arange(60, dtype=np.float64).reshape(20, 3) ** 1.5)
DATA = pd.DataFrame(CELLS, columns=["first", "second", "third"])
LABELS = (DATA["first"] + DATA["second"] > 0).astype(int)

# Called with a flavor's name, a model and options; the folder it was saved in.
Save = Callable[..., Path]


def sections(folder: Path) -> dict[str, Any]:
    flavors: dict[str, Any] = yaml.safe_load((folder / "MLmodel").read_text())[
        "flavors"
    ]
    return flavors


def change(folder: Path, flavor: str, **entries: Any) -> None:
    """Rewrite a flavor's section, as anybody could who can write to the folder."""
    file = folder / "MLmodel"
    content = yaml.safe_load(file.read_text())
    content["flavors"][flavor].update(entries)
    file.write_text(yaml.safe_dump(content))
