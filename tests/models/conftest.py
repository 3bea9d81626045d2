"""Fixtures of the tests of models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trackgate

from tests.models.flavor_folders import Save


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves a model of a flavor, without looking for what it imports."""

    def save_model(flavor: str, model: Any, **options: Any) -> Path:
        folder = tmp_path / "model"
        module = getattr(trackgate, flavor)
        module.save_model(model, folder, pip_requirements=["numpy"], **options)
        return folder

    return save_model
