"""Environments of Python that are built for models and projects.

Built once for the same needs, and kept; what installs into them gets none of our
credentials.
"""
