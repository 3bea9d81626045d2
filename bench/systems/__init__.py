"""The systems that are compared, each started as its own documentation says."""
