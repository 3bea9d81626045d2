"""`python -m trackgate_server` is `trackgate server`."""

from trackgate_server.cli import server

server()
