"""The active model: metrics that are logged without a model's id are its own."""

from __future__ import annotations

from dataclasses import fields
from types import TracebackType

from trackgate.entities import LoggedModel
from trackgate.errors import InvalidParameterValue
from trackgate.fluent import logged_models, thread_models


class ActiveModel(LoggedModel):
    """A model that metrics are logged to; leaving its `with` block brings back the
    one before.
    """

    __slots__ = ("_before",)
    _before: str | None

    @classmethod
    def over(cls, model: LoggedModel) -> ActiveModel:
        """Make a model this thread's active one."""
        active = cls(**{one.name: getattr(model, one.name) for one in fields(model)})
        active._before = thread_models.get_active_model_id()
        thread_models.activate(model.model_id)
        return active

    def __enter__(self) -> ActiveModel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        thread_models.activate(self._before)


def set_active_model(
    *, name: str | None = None, model_id: str | None = None
) -> ActiveModel:
    """Log metrics to a model from now on, in this thread.

    name      of a model in the current experiment, the newest if there are several;
              made, as one whose files are elsewhere, where there is none
    model_id  or its id

    Raises NotFound, and InvalidParameterValue where both are given and do not fit.
    """
    if model_id is not None:
        model = logged_models.get_logged_model(model_id)
        if name is not None and model.name != name:
            raise InvalidParameterValue(
                f"The model {model_id} is named {model.name!r}, not {name!r}."
            )
    elif name is not None:
        model = _named(name)
    else:
        raise InvalidParameterValue("Give `name` or `model_id`.")
    return ActiveModel.over(model)


def _named(name: str) -> LoggedModel:
    quote = '"' if "'" in name else "'"
    found = logged_models.search_logged_models(
        filter_string=f"name = {quote}{name}{quote}",
        max_results=1,
        output_format="list",
    )
    return found[0] if found else logged_models.create_external_model(name)
