"""Trackgate beside what people would take instead: `scripts/bench`, see README.md."""
