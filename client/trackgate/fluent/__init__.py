"""The calls of a training script: no client to make, one run that is active."""
