"""What is logged of a training that knows nothing of us."""
