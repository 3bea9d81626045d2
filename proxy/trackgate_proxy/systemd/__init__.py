"""`trackgate systemd`: the same stack as units."""
