"""scikit-learn's estimators: which are watched, also those defined later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from trackgate.autologging import nesting
from trackgate.autologging.patches import Around, Patches
from trackgate.flavors.libraries import library

_LIBRARY = "sklearn"
_HOOK = "__init_subclass__"
# They prepare data; what is learnt comes after them, perhaps in the same pipeline.
_PREPARING = (
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.feature_extraction",
    "sklearn.feature_selection",
    "sklearn.compose._column_transformer",
)
# What cross-validation does for each fold is no training of its own.
_FOLDS = (
    "_fit_and_score",
    "_fit_and_predict",
    "_incremental_fit_estimator",
    "_permutation_test_score",
)
_VALIDATION = "sklearn.model_selection._validation"


def is_logged(estimator: object) -> bool:
    """Whether training it is logged: it learns, and the library's users know it."""
    base = library("sklearn.base").BaseEstimator
    known = (kind for kind in type(estimator).__mro__ if _is_theirs(kind))
    return any(
        issubclass(kind, base)
        and kind is not base
        and not kind.__name__.startswith("_")
        and not kind.__module__.startswith(_PREPARING)
        for kind in known
    )


def watch(patches: Patches, arounds: Mapping[str, Around]) -> None:
    """Wrap methods of every class there is, and of those yet to be imported.

    arounds  by the methods' names
    """
    base = library("sklearn.base").BaseEstimator
    for kind in {base, *_below(base)}:
        _watch_class(patches, kind, arounds)
    _watch_new_classes(patches, base, arounds)
    validation = library(_VALIDATION)
    for name in _FOLDS:
        patches.wrap(validation, name, _quietly)


def _watch_class(patches: Patches, kind: type, arounds: Mapping[str, Around]) -> None:
    # Where a method is defined, so that no call meets two watches of one method.
    for owner in filter(_is_theirs, kind.__mro__):
        for name, around in arounds.items():
            patches.wrap(owner, name, around)


def _watch_new_classes(
    patches: Patches, base: type, arounds: Mapping[str, Around]
) -> None:
    owner = next(kind for kind in base.__mro__ if _HOOK in vars(kind))
    if not _is_theirs(owner):
        return
    original: Any = vars(owner)[_HOOK]

    def hook(kind: type, /, **given: Any) -> None:
        original.__get__(None, kind)(**given)
        _watch_class(patches, kind, arounds)

    patches.replace(owner, _HOOK, cast(object, classmethod(hook)))


def _quietly(
    original: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    with nesting.inside_this_thread():
        return original(*args, **kwargs)


def _is_theirs(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == _LIBRARY


def _below(kind: type) -> Iterator[type]:
    below: list[type] = kind.__subclasses__()
    for one in below:
        yield one
        yield from _below(one)
