"""People: who may come in, and as what. For admins."""

from __future__ import annotations

from dataclasses import replace

from trackgate_wire.endpoint import ROLES, Access
from trackgate_wire.errors import TrackgateError

from trackgate_server.operations import accounts
from trackgate_server.store.transaction import Transaction
from trackgate_server.web.page import Onward, View, Visit, form, page

_FIRST_ROLE = "editor"


@page("/people", access=Access.ADMIN)
def people_list(visit: Visit) -> View:
    return _list(visit)


@form("/people", access=Access.ADMIN, wants="none")
def add(visit: Visit) -> View:
    name = visit.form.get("name", "").strip()
    role = visit.form.get("role", _FIRST_ROLE)
    try:
        password = accounts.add(visit.scope, name, role)
    except TrackgateError as error:
        return _refused(visit, error, name, role)
    return _password(name, password, is_new=True)


@form("/people/<name>/password", access=Access.ADMIN, wants="none")
def renew_password(visit: Visit, name: str) -> View:
    return _password(name, accounts.renew_password(visit.scope, name), is_new=False)


@form("/people/<name>/role", access=Access.ADMIN)
def set_role(visit: Visit, name: str) -> Onward:
    accounts.set_role(visit.scope, name, visit.form.get("role", ""))
    return Onward(("people",), notice="role-set")


@form("/people/<name>/remove", access=Access.ADMIN, wants="none")
def remove(visit: Visit, name: str) -> Onward:
    accounts.remove(visit.scope, name)
    return Onward(("people",), notice="person-removed")


def _list(visit: Visit) -> View:
    return View(
        "people.html",
        {
            "people": accounts.everybody(visit.scope),
            "roles": list(ROLES),
            "can_change": accounts.can_change(visit.scope.services.settings),
            "behind_proxy": visit.scope.services.settings.behind_proxy,
            "new_name": "",
            "new_role": _FIRST_ROLE,
            "problem": "",
        },
    )


def _refused(visit: Visit, error: TrackgateError, name: str, role: str) -> View:
    """The list again, with the form as it was filled in."""

    def listed(db: Transaction) -> View:
        return _list(replace(visit, scope=replace(visit.scope, transaction=db)))

    view = visit.scope.services.database.read(listed)
    return view.refusing(error, new_name=name, new_role=role)


def _password(name: str, password: str, *, is_new: bool) -> View:
    """Shown in answer to the form itself, so it has no address and is not kept."""
    given = {"name": name, "password": password, "is_new": is_new}
    return View("people_password.html", given, kept=False)
