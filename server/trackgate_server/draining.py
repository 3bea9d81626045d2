"""gunicorn's threaded worker, which answers all that had reached it when it stops."""

from __future__ import annotations

from gunicorn.workers.gthread import ThreadWorker

# More than a queue can hold (listen(2), net.core.somaxconn): a queue that is filled as
# fast as it is emptied, as by a reload, does not keep a worker for ever.
_LONGEST_QUEUE = 4096


class DrainingWorker(ThreadWorker):
    """Takes what waits in the listen queue before it stops accepting.

    gunicorn's own leaves it there, to be reset when the socket is closed, although
    Nginx has sent the request by then. The rest is gunicorn's: what is answered after
    the signal says `Connection: close`, and kept connections stay for 2 s, for a
    request that may be under way.
    """

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """gunicorn calls this with False for the last time when it stops."""
        if not enabled and not self.alive:
            self._take_waiting()
        super().set_accept_enabled(enabled)

    def _take_waiting(self) -> None:
        for listener in self.sockets:
            for _ in range(_LONGEST_QUEUE):
                known = self.nr_conns
                self.accept(listener)
                if self.nr_conns == known:
                    break
