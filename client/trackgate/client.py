"""The client: one method for each call of the protocol, under MLflow's names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from trackgate import chosen_server, credentials
from trackgate.alias_calls import AliasCalls
from trackgate.credentials import Credentials
from trackgate.dataset_calls import DatasetCalls
from trackgate.delivery import Delivery
from trackgate.entities.model_registry import ModelVersion
from trackgate.errors import AlreadyExists, BadSetting, InvalidParameterValue
from trackgate.experiment_calls import ExperimentCalls
from trackgate.model_file_calls import ModelFileCalls
from trackgate.models import lookup, model_uris
from trackgate.server_calls import ServerCalls
from trackgate.settings import Settings
from trackgate.spool import Spool
from trackgate.table_calls import TableCalls
from trackgate.transport import Connection
from trackgate.version_calls import VersionCalls

NO_URI = (
    "No tracking server is named. Set TRACKING_URI (or MLFLOW_TRACKING_URI) to its"
    " address, such as http://127.0.0.1:8080, or call set_tracking_uri."
)


class TrackingClient(
    TableCalls,
    ModelFileCalls,
    VersionCalls,
    AliasCalls,
    DatasetCalls,
    ExperimentCalls,
    ServerCalls,
):
    """Speaks to a tracking server.

    tracking_uri        the server's address; else that of set_tracking_uri, else the
                        environment's
    username, password  both or none; else the environment's or the file's
    settings            else those of code and environment

    Raises BadSetting where no server is named or a setting cannot be read.
    """

    def __init__(
        self,
        tracking_uri: str | None = None,
        registry_uri: str | None = None,
        *,
        username: str | None = None,
        password: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        settings = settings or chosen_server.settings()
        if tracking_uri:
            settings = replace(settings, tracking_uri=tracking_uri)
        connection = connect(settings, os.environ, username=username, password=password)
        self.spool = Spool.of(settings, connection.uri)
        super().__init__(connection, Delivery(connection, self.spool))
        self._registry_uri = registry_uri or connection.uri

    def copy_model_version(self, src_model_uri: str, dst_name: str) -> ModelVersion:
        """Make a version of another registered model from one that there is.

        src_model_uri  a `models:/NAME/…` or `models:/NAME@ALIAS` URI
        dst_name       the model that gets it; made if it does not exist

        The files stay where they are; tags and description are copied.
        """
        uri = model_uris.parse(src_model_uri)
        if uri.name is None or uri.path:
            raise InvalidParameterValue(
                f"{src_model_uri!r} names no version of a registered model."
            )
        source = lookup.find_version(self, uri)
        with suppress(AlreadyExists):
            self.create_registered_model(dst_name)
        return self.create_model_version(
            dst_name,
            f"models:/{source.name}/{source.version}",
            source.run_id,
            source.tags,
            source.run_link,
            source.description,
            model_id=source.model_id,
        )

    @property
    def connection(self) -> Connection:
        """What it speaks through."""
        return self._connection

    @property
    def credentials(self) -> Credentials | None:
        """The name and password it logs in with, and where they were found."""
        return self._connection.credentials

    @property
    def tracking_uri(self) -> str:
        """The server's address, without a name and password."""
        return self._connection.uri


MlflowClient = TrackingClient


def connect(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    username: str | None = None,
    password: str | None = None,
) -> Connection:
    """A connection to the server that the settings name.

    A name and password in the address itself count as given in code.
    """
    if not settings.tracking_uri:
        raise BadSetting(NO_URI)
    uri, in_uri = credentials.from_uri(settings.tracking_uri)
    if in_uri is None or username or password:
        in_uri = credentials.find(
            environment, Path.home(), username=username, password=password
        )
    return Connection(uri, settings, in_uri)
