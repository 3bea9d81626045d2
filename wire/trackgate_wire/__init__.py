"""The MLflow REST protocol as Trackgate speaks it: shapes, calls, limits, errors.

Server and client import everything they must agree on from here. Nothing in
this package reads a file, a socket or the environment.
"""
