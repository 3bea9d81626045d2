"""Where a site lies that is not all below one data folder: in containers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from trackgate_proxy.site.data_folder import DataFolder, Elsewhere
from trackgate_proxy.site.settings import ProxySettings

# compose.yaml sets it for the commands in its containers.
CONTAINER_VARIABLE = "TRACKGATE_CONTAINER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A place for a site, by which some of its settings are no longer free.

    elsewhere     folders outside the data folder
    host, port    where Nginx listens there; what people use is another address
    host_names    names that others in the same network use
    health_port   where the place itself asks whether all is well
    certificates  folder of certificates that somebody else made
    """

    elsewhere: Elsewhere
    host: str
    port: int
    host_names: tuple[str, ...]
    health_port: int
    certificates: Path

    def settings(self, site: ProxySettings) -> ProxySettings:
        """The site's settings there. The data folder stays where it is.

        The host name of the machine that writes the config means nothing there.
        """
        return replace(
            site,
            data=DataFolder(site.data.root, self.elsewhere),
            host=self.host,
            port=self.port,
            host_names=self.host_names,
            health_port=self.health_port,
            log_to_streams=True,
            answers_on_disk=False,
        )


# compose.yaml mounts these; the data folder is /config. A rename cannot cross mounts,
# so the artifacts and what is on the way there share one.
CONTAINER = Placement(
    elsewhere=Elsewhere(
        run=Path("/run/trackgate"),
        servers=Path("/servers"),
        artifacts=Path("/store/artifacts"),
        spool=Path("/store/spool"),
    ),
    host="0.0.0.0",  # noqa: S104 - in a network of its own; compose.yaml publishes it
    port=8080,
    host_names=("proxy",),
    health_port=8081,
    certificates=Path("/certificates"),
)
