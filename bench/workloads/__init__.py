"""Everything that the systems are asked to do, in the order it is measured."""

from __future__ import annotations

from bench.workloads import (
    artifacts,
    client_bulk,
    clients,
    histories,
    searching,
    starting,
    writing,
)

WORKLOADS = (
    starting.READY,
    starting.IDLE,
    *writing.WORKLOADS,
    *searching.WORKLOADS,
    *histories.WORKLOADS,
    *artifacts.WORKLOADS,
    *clients.WORKLOADS,
    *client_bulk.WORKLOADS,
    starting.AFTER,
)
