"""What is asked of a Kubernetes cluster, with the official client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Literal

from urllib3.exceptions import ReadTimeoutError

from trackgate.errors import NotFound
from trackgate.models.libraries import load
from trackgate.projects.backends.kubernetes.connection import connect
from trackgate.projects.backends.kubernetes.failures import translated
from trackgate.projects.backends.kubernetes.pods import Pod

State = Literal["SCHEDULED", "RUNNING", "FINISHED", "FAILED"]

_TIMEOUT_S = 30.0
# A program may be silent for longer: then its output is asked for again. Until then
# nobody hears that it is to be stopped.
_SILENCE_S = 2.0


class Cluster:
    """One namespace of a cluster. Every call raises what `translated` says."""

    def __init__(self, api: Any, namespace: str) -> None:
        client = load("kubernetes.client", extra="kubernetes")
        self._batch = client.BatchV1Api(api)
        self._core = client.CoreV1Api(api)
        self.namespace = namespace

    @classmethod
    def find(cls, context: str | None, namespace: str | None) -> Cluster:
        """The cluster of that context; raises BadSetting where there is none.

        context    None: the current one
        namespace  None: the one that the context names
        """
        api, named = connect(context)
        return cls(api, namespace or named)

    def create_job(self, manifest: Mapping[str, Any]) -> str:
        """Make a Job; its uid."""
        made = self._call(self._batch.create_namespaced_job, body=manifest)
        return str(made.metadata.uid)

    def create_secret(self, manifest: Mapping[str, Any]) -> None:
        """Make a Secret."""
        self._call(self._core.create_namespaced_secret, body=manifest)

    def delete_job(self, name: str, *, at_once: bool) -> None:
        """Have a Job removed after its Pods; `at_once` leaves them no time to end."""
        grace = {"grace_period_seconds": 0} if at_once else {}
        with suppress(NotFound):
            self._call(
                self._batch.delete_namespaced_job,
                name=name,
                propagation_policy="Foreground",
                **grace,
            )

    def state(self, job: str) -> State:
        """How far a Job is."""
        status = self._call(self._batch.read_namespaced_job_status, name=job).status
        true = {one.type for one in status.conditions or () if one.status == "True"}
        if "Complete" in true:
            return "FINISHED"
        if "Failed" in true:
            return "FAILED"
        return "RUNNING" if status.start_time else "SCHEDULED"

    def pods(self, job: str) -> list[Pod]:
        """The Pods of a Job, the oldest first."""
        # The label's older spelling, which every release sets.
        found = self._call(
            self._core.list_namespaced_pod, label_selector=f"job-name={job}"
        ).items
        return [
            Pod.of(one)
            for one in sorted(found, key=lambda pod: pod.metadata.creation_timestamp)
        ]

    def output(
        self, pod: str, container: str, since_s: int | None = None
    ) -> Iterator[bytes]:
        """The lines that a container has printed and prints, each after its time.

        since_s  leaves out what is older, in seconds by the cluster's clock

        Ends with the container, or where it says nothing for a moment.
        """
        recent = {} if since_s is None else {"since_seconds": since_s}
        answer = self._call(
            self._core.read_namespaced_pod_log,
            name=pod,
            container=container,
            follow=True,
            timestamps=True,
            _preload_content=False,
            _request_timeout=(_TIMEOUT_S, _SILENCE_S),
            **recent,
        )
        try:
            with translated(), suppress(ReadTimeoutError):
                yield from answer
        finally:
            answer.close()

    def _call(self, method: Any, **arguments: Any) -> Any:
        asked = {"_request_timeout": _TIMEOUT_S, **arguments}
        with translated():
            return method(namespace=self.namespace, **asked)
