"""A job as it travels to another machine, without its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from trackgate.client import TrackingClient
from trackgate.projects import commands, mlproject
from trackgate.projects.jobs import Job, Options
from trackgate.projects.sources import Source
from trackgate.projects.specification import EntryPoint
from trackgate.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """All that a node needs to run a job, beside the project's files.

    settings  with which its client was made
    password  travels inside the cluster, and stands in no list of processes
    """

    tracking_uri: str
    settings: Settings = field(repr=False)
    username: str | None
    password: str | None = field(repr=False)
    run_id: str
    experiment_id: str
    source: Source
    entry_point: EntryPoint
    parameters: Mapping[str, str]
    options: Options = field(repr=False)

    @classmethod
    def of(cls, job: Job) -> Parcel:
        """The parcel of a job of this machine."""
        who = job.client.credentials
        return cls(
            tracking_uri=job.client.tracking_uri,
            settings=job.client.connection.settings,
            username=who.username if who else None,
            password=who.password if who else None,
            run_id=job.run_id,
            experiment_id=job.experiment_id,
            source=job.source,
            # Not its name: steps set defaults of their own.
            entry_point=job.entry_point,
            parameters=commands.with_absolute_paths(
                job.project, job.entry_point, job.parameters
            ),
            options=job.options,
        )

    def open(self, folder: Path, storage_dir: Path) -> Job:
        """The job on this machine.

        folder       with the project's files
        storage_dir  for what parameters of the type `path` download
        """
        return Job(
            client=TrackingClient(
                self.tracking_uri,
                username=self.username,
                password=self.password,
                settings=self.settings,
            ),
            run_id=self.run_id,
            experiment_id=self.experiment_id,
            project=mlproject.read(folder),
            source=replace(self.source, folder=folder, scratch=None),
            entry_point=self.entry_point,
            parameters=self.parameters,
            options=replace(self.options, storage_dir=storage_dir),
        )
