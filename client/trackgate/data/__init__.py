"""Datasets of runs: `from_pandas`, `from_numpy`."""

from trackgate.data.datasets import Dataset, from_numpy, from_pandas

__all__ = ["Dataset", "from_numpy", "from_pandas"]
