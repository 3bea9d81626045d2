"""As whom a unit runs, and what it may reach (systemd.exec)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackgate_proxy.systemd.installation import Installation
from trackgate_proxy.systemd.text import specifier_free, word

ANY_NETWORK = ("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",)


def identity(site: Installation) -> Iterator[str]:
    """The account, its name in the journal, and its settings."""
    yield f"User={site.account}"
    yield "SyslogIdentifier=%N"
    yield f"EnvironmentFile={specifier_free(str(site.settings_file))}"


def writable(site: Installation) -> Iterator[str]:
    """The data folder, all else being read-only."""
    root = site.data.root
    if site.has_state_directory:
        yield f"StateDirectory={word(root.name)}"
        yield "StateDirectoryMode=0700"
    else:
        yield f"ReadWritePaths={word(str(root))}"


def without_capabilities() -> Sequence[str]:
    """Nothing that only root may do."""
    return ("CapabilityBoundingSet=", "PrivateUsers=yes")


def proxys_capabilities(site: Installation) -> Sequence[str]:
    """A port below 1024, if Nginx is to listen there."""
    if not site.privileged_port:
        return without_capabilities()
    # PrivateUsers= would make the capability worthless in the machine's network.
    capability = "CAP_NET_BIND_SERVICE"
    return (f"AmbientCapabilities={capability}", f"CapabilityBoundingSet={capability}")


def servers_network(site: Installation) -> Sequence[str]:
    """A network where the database or the artifacts are elsewhere, else none."""
    if site.leaves_machine:
        return ANY_NETWORK
    # A socket in the file system is reached from another network namespace too.
    return ("RestrictAddressFamilies=AF_UNIX", "PrivateNetwork=yes")
