"""Models of statsmodels, time series among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api
import trackgate
from statsmodels.tsa.ar_model import AutoReg
from trackgate import TrackgateError, pyfunc

from tests.models.flavor_folders import CELLS, Save


def test_a_time_series_is_asked_for_a_period(save: Save) -> None:
    results = AutoReg(np.arange(30.0) + CELLS.ravel()[:30], 1).fit()
    loaded = pyfunc.load_model(str(save("statsmodels", results)))

    period = loaded.predict(pd.DataFrame({"start": [25], "end": [32]}))

    np.testing.assert_allclose(period, results.predict(25, 32))
    with pytest.raises(TrackgateError, match="2 rows came, with the columns start"):
        loaded.predict(pd.DataFrame({"start": [25, 26]}))


def test_results_without_their_data_are_smaller(save: Save, tmp_path: Path) -> None:
    def fit() -> Any:
        return statsmodels.api.OLS(CELLS[:, 0], CELLS[:, 1:]).fit()

    whole = save("statsmodels", fit())
    trackgate.statsmodels.save_model(
        fit(), tmp_path / "bare", remove_data=True, pip_requirements=["numpy"]
    )

    file = "model.statsmodels"
    bare = tmp_path / "bare" / file
    assert bare.stat().st_size < (whole / file).stat().st_size
