"""All pages below a path of the site's: no address on them leads out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from trackgate_server.web.page import PAGES
from trackgate_wire.experiments import DELETE_EXPERIMENT, ExperimentRef
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import CREATE_RUN, DELETE_RUN, CreateRun, RunTag
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from tests.fixtures.api import Api
from tests.fixtures.databases import KINDS, NewStore
from tests.fixtures.sites import App, running_app
from tests.scenarios.acts import (
    get_run,
    log_metric,
    log_param,
    new_experiment,
    new_run,
    set_tag,
)
from tests.scenarios.artifact_acts import png, put_files
from tests.scenarios.logged_model_acts import (
    artifact_path,
    measure,
    new_model,
    put_file,
)
from tests.scenarios.registry_acts import move, new_version, set_alias
from tests.scenarios.registry_acts import new_model as new_registered
from tests.server.crawl import Crawl, Lead, crawl

PREFIX = "/team"
MODEL = "Decision Tree"
MLMODEL = """
flavors: {python_function: {loader_module: x}}
signature: {inputs: '[{"type": "double", "name": "width"}]'}
"""
FILES: dict[str, bytes | str] = {
    "a.txt": "text",
    "a.json": "{}",
    "a.csv": "a,b\n1,2\n",
    "a.md": "# A [link](https://elsewhere.test/)",
    "a.html": "<h1>A</h1>",
    "a.pdf": b"%PDF-1.4",
    "a.wav": b"RIFF",
    "a.mp4": b"x",
    "a.bin": bytes(range(256)),
    "model/MLmodel": MLMODEL,
    "i/a_step_1.png": png(1, 2, 3),
    "i/a_step_2.png": png(4, 5, 6),
}
# The proxy answers these itself.
PROXYS = f"{PREFIX}/serve"
# For several experiments, for versions, sent by buttons that name no address, or only
# there where the server may write the file of passwords.
NOT_LED_TO = {
    "GET /models/<name>/versions/<version>/artifacts/register",
    "GET /runs",
    "POST /compare",
    "POST /people",
    "POST /people/<name>/password",
    "POST /people/<name>/remove",
}
# More than the page of a model shows.
MOVES = 12


def furnish(api: Api) -> None:
    """Something of everything that has pages."""
    experiment = new_experiment(api, "shapes")
    parent, other = new_run(api, experiment), new_run(api, experiment)
    nested = CreateRun(
        experiment_id=experiment, tags=[RunTag("mlflow.parentRunId", parent)]
    )
    child = api.call(CREATE_RUN, nested).run.info.run_id
    for run in (parent, other, child):
        log_param(api, run, "depth", run[:1])
        log_metric(api, run, "loss", 0.5, timestamp=1, step=1)
        log_metric(api, run, "f1", 0.5)
        set_tag(api, run, "team", "vision")
    set_tag(api, parent, "mlflow.note.content", "A [page](https://elsewhere.test/)")
    api.call(DELETE_RUN, RunRef(run_id=new_run(api, experiment)))
    api.call(DELETE_EXPERIMENT, ExperimentRef(new_experiment(api)))
    put_files(api, parent, FILES)
    api.submit("/views/save", name="mine", **{"for": "any"})
    _furnish_models(api, experiment, parent)


def _furnish_models(api: Api, experiment: str, run: str) -> None:
    logged = new_model(api, experiment, source_run_id=run, tags={"team": "vision"})
    measure(api, run, logged, "f1", 0.5)
    put_file(api, artifact_path(api, logged, "MLmodel"), MLMODEL.encode())
    name = new_registered(api, MODEL)
    new_version(api, name, f"models:/{logged}", model_id=logged, run_id=run)
    place = f"{get_run(api, run).info.artifact_uri}/model"
    new_version(api, name, place, run_id=run)
    for stage in ("Staging", "Production") * (MOVES // 2):
        move(api, name, "2", stage)
    set_alias(api, name, "champion", "1")
    for tags in (f"/models/{name}/tags", f"/models/{name}/versions/1/tags"):
        api.submit(tags.replace(" ", "%20"), key="team", value="vision")
    api.submit(f"/experiments/{experiment}/tags", key="team", value="vision")


@pytest.fixture(scope="module", params=KINDS)
def app(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_store: NewStore,
) -> Iterator[App]:
    folder: Path = tmp_path_factory.mktemp("prefix")
    store = new_store(request.param)
    served = f"models:/{MODEL.replace(' ', '%20')}/Production"
    with running_app(folder, store, static_prefix=PREFIX, served_models=served) as app:
        furnish(app.client("ada"))
        yield app


@pytest.fixture(scope="module")
def found(app: App) -> Crawl:
    """What an admin comes to from the first page on."""
    return crawl(app.client("adam"), f"{PREFIX}/", lambda place: kind_of(app, place))


def kind_of(app: App, address: str, method: str = "GET") -> str | None:
    """The rule that an address is answered by; None for the proxy's own."""
    path = urlsplit(address).path
    if path.startswith(f"{PROXYS}/") or path == PROXYS:
        return None
    rules = app.flask.url_map.bind("localhost")
    try:
        return str(rules.match(path, method=method)[0])
    except MethodNotAllowed:
        return "another method"
    except HTTPException:
        return "nothing"


def test_every_address_is_below_the_prefix(found: Crawl) -> None:
    below = (f"{PREFIX}/", "?")

    assert [
        lead
        for lead in found.leads
        if not lead.address.startswith(below) and lead.address != PREFIX
    ] == []


def test_every_address_is_answered(app: App, found: Crawl) -> None:
    assert found.broken == []
    assert {lead for lead in found.leads if not _is_known(app, lead)} == set()


def test_every_page_and_form_is_led_to(app: App, found: Crawl) -> None:
    methods = ("GET", "POST")
    met = {
        kind_of(app, lead.address, method)
        for lead in found.leads
        for method in methods
        if lead.method in (method, "")
    }
    declared = {f"{page.method} {page.path}" for page in PAGES}

    assert {one for one in declared if f"page {one}" not in met} == NOT_LED_TO


def test_nothing_is_written_into_a_page_that_its_policy_forbids(found: Crawl) -> None:
    for path, text in found.pages.items():
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), path
        for script in re.findall(r"<script([^>]*)>", text):
            assert "src=" in script or "application/json" in script, path


def test_forms_lead_on_below_the_prefix(app: App) -> None:
    ada = app.client("ada")
    sent = [
        ada.submit("/experiments", name="another"),
        ada.submit("/models", name="another"),
        ada.submit("/experiments/0/note", note="A note."),
    ]

    for answer in sent:
        assert answer.status == 303, answer.body.decode()
        assert answer.headers["Location"].startswith(f"{PREFIX}/")


def _is_known(app: App, lead: Lead) -> bool:
    """Whether something answers it: a page, a form, the API, or the proxy."""
    if lead.address == PREFIX:
        return True
    methods = [lead.method] if lead.method else ["GET", "POST"]
    kinds = [kind_of(app, lead.address, method) for method in methods]
    return any(kind not in ("nothing", "another method") for kind in kinds)
