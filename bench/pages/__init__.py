"""How long pages take beside MLflow's, in the same browser on the same data."""
