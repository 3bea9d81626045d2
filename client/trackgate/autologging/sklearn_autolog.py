"""scikit-learn's autolog: watches trainings, and logs each to a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from trackgate.autologging import estimators, nesting
from trackgate.autologging.choices import Choices
from trackgate.autologging.measuring import Measuring
from trackgate.autologging.patches import Around, Patches
from trackgate.autologging.searches import AUTOLOG_TAG, FLAVOR
from trackgate.autologging.training_data import TrainingData
from trackgate.autologging.training_record import Record
from trackgate.fluent import endings, stack
from trackgate.fluent.active_run import ActiveRun
from trackgate.fluent.runs import start_run

_TRAINING = ("fit", "fit_transform", "fit_predict")
_patches = Patches()
_lock = threading.Lock()


def start_watching(choices: Choices) -> None:
    """Log every training from now on, by these choices instead of earlier ones."""
    measuring = Measuring(choices)
    training = Training(choices, measuring)
    arounds: dict[str, Around] = dict.fromkeys(_TRAINING, training.watched)
    if choices.log_post_training_metrics:
        arounds |= measuring.arounds()
    with _lock:
        _patches.undo()
        estimators.watch(_patches, arounds)
        if choices.log_post_training_metrics:
            measuring.watch_functions(_patches)


def stop_watching() -> None:
    """Log no more, and leave the library as it was."""
    with _lock:
        _patches.undo()


class Training:
    """Logs trainings by a user's choices.

    measuring  is told which run a trained estimator belongs to
    """

    def __init__(self, choices: Choices, measuring: Measuring) -> None:
        self._choices = choices
        self._measuring = measuring

    def watched(
        self,
        original: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Train as the user asked for, and log it if that is nobody else's part."""
        if nesting.is_inside():
            return original(*args, **kwargs)
        if not args or not estimators.is_logged(args[0]):
            # What prepares data trains others too, which are none of the user's.
            with nesting.inside_this_thread():
                return original(*args, **kwargs)
        with nesting.inside(), self._run() as run:
            return self._log(run, original, args, kwargs)

    def _log(
        self,
        run: ActiveRun | None,
        original: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        data = self._choices.attempt(
            "the training", lambda: TrainingData.of_call(original, args, kwargs)
        )
        if run is None or data is None:
            return original(*args, **kwargs)
        estimator = args[0]
        record = Record(run, estimator, data, self._choices)
        self._choices.attempt("what is known before the training", record.before)
        answer = original(*args, **kwargs)
        self._choices.attempt("what the training led to", record.after)
        self._measuring.remember(estimator, run, record.model_id)
        return answer

    @contextmanager
    def _run(self) -> Generator[ActiveRun | None]:
        """The run to log to: the user's, or one that lasts as long as the training.

        None where none is to be had.
        """
        active = stack.top()
        if active is not None:
            yield None if self._choices.exclusive else active
            return
        tags = {AUTOLOG_TAG: FLAVOR, **self._choices.extra_tags}
        run = self._choices.attempt("the training", lambda: start_run(tags=tags))
        error: BaseException | None = None
        try:
            yield run
        except BaseException as raised:
            error = raised
            raise
        finally:
            if run is not None and stack.has(run.info.run_id):
                status = endings.status_after(error)
                self._choices.attempt(
                    "the run's end", lambda: endings.end_current(status, error)
                )
