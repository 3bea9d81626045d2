"""Which cluster, and which namespace of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trackgate.errors import BadSetting
from trackgate.models.libraries import load

# Where a Pod finds its own namespace (Kubernetes, "Accessing the API from a Pod").
_OWN_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def connect(context: str | None) -> tuple[Any, str]:
    """The official client's connection to a cluster, and its namespace.

    context  of the kube config; None: the current one, or the cluster that this
             program runs in

    Raises BadSetting where there is neither.
    """
    config = load("kubernetes.config", extra="kubernetes")
    try:
        namespace = _namespace(config, context)
        return config.new_client_from_config(context=context), namespace
    except config.ConfigException as error:
        if context is not None or not _OWN_NAMESPACE.is_file():
            raise BadSetting(f"No Kubernetes cluster is known: {error}") from None
    return _around_this_pod(config), _OWN_NAMESPACE.read_text(encoding="utf-8").strip()


def _namespace(config: Any, context: str | None) -> str:
    """The namespace that a context of the kube config names."""
    contexts, chosen = config.list_kube_config_contexts()
    if context is not None:
        named = {one["name"]: one for one in contexts}
        if context not in named:
            known = ", ".join(sorted(named)) or "none"
            raise BadSetting(
                f"No context of the kube config is called {context!r}; there are"
                f" {known}."
            )
        chosen = named[context]
    return str(chosen["context"].get("namespace") or "default")


def _around_this_pod(config: Any) -> Any:
    client = load("kubernetes.client", extra="kubernetes")
    settings = client.Configuration()
    config.load_incluster_config(client_configuration=settings)
    return client.ApiClient(settings)
