"""Sweeps: one project run at many points, as children of one run."""
