"""Whose run it is: who was authenticated, not who somebody says to be."""

from __future__ import annotations

import pytest
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.runs import (
    CREATE_RUN,
    DELETE_TAG,
    LOG_BATCH,
    CreateRun,
    DeleteTag,
    LogBatch,
    Run,
    RunTag,
)
from trackgate_wire.server import WHOAMI

from tests.fixtures.api import Api
from tests.fixtures.sites import App, Server, Stack
from tests.scenarios.acts import get_run, new_experiment, set_tag, tags_of


@pytest.fixture
def ada(site: App | Stack) -> Api:
    return site.client("ada")


def create(api: Api, user_id: str | None = None, **tags: str) -> Run:
    given = [RunTag(key.replace("__", "."), value) for key, value in tags.items()]
    asked = CreateRun(experiment_id=new_experiment(api), user_id=user_id, tags=given)
    return api.call(CREATE_RUN, asked).run


def seen(run: Run) -> tuple[str, str | None, str | None]:
    """The run's user, its user's tag and what the client claimed."""
    tags = tags_of(run)
    user, claimed = tags.get("mlflow.user"), tags.get("trackgate.claimedUser")
    return run.info.user_id, user, claimed


def test_a_runs_user_is_who_was_authenticated(ada: Api) -> None:
    made = create(ada)

    assert seen(made) == ("ada", "ada", None)
    assert get_run(ada, made.info.run_id) == made


def test_what_a_client_claims_is_kept_beside_it(ada: Api) -> None:
    assert seen(create(ada, user_id="root")) == ("ada", "ada", "root")
    assert seen(create(ada, mlflow__user="root")) == ("ada", "ada", "root")


def test_a_claim_that_is_true_is_no_claim(ada: Api) -> None:
    assert seen(create(ada, user_id="ada", mlflow__user="ada")) == ("ada", "ada", None)


def test_the_users_tag_cannot_be_forged_later(ada: Api) -> None:
    run = create(ada).info.run_id

    set_tag(ada, run, "mlflow.user", "root")
    assert seen(get_run(ada, run)) == ("ada", "ada", "root")

    forged = LogBatch(run_id=run, tags=[RunTag("mlflow.user", "eve")])
    ada.call(LOG_BATCH, forged)
    assert seen(get_run(ada, run)) == ("ada", "ada", "eve")


def test_the_users_tag_cannot_be_removed(ada: Api) -> None:
    run = create(ada).info.run_id

    with pytest.raises(InvalidParameterValue, match=r"mlflow\.user"):
        ada.call(DELETE_TAG, DeleteTag(run_id=run, key="mlflow.user"))

    assert seen(get_run(ada, run)) == ("ada", "ada", None)


def test_a_run_stays_its_makers_when_another_writes_to_it(site: App | Stack) -> None:
    run = create(site.client("ada")).info.run_id

    set_tag(site.client("adam"), run, "mlflow.user", "adam")

    user, tag, _ = seen(get_run(site.client("ada"), run))
    assert (user, tag) == ("ada", "ada")


def test_whoami_says_who_and_what_role(site: App | Stack) -> None:
    for name, role in (("vera", "viewer"), ("ada", "editor"), ("adam", "admin")):
        answer = site.client(name).call(WHOAMI)
        assert (answer.user, answer.role) == (name, role)


def test_a_client_cannot_name_itself(stack: Stack) -> None:
    tracking = stack.client("ada", headers={"X-Trackgate-User": "root"})

    assert seen(create(tracking)) == ("ada", "ada", None)


def test_a_bare_server_takes_the_clients_word(server: Server) -> None:
    assert seen(create(server.client(), user_id="me", mlflow__user="me")) == (
        "me",
        "me",
        None,
    )
