"""From the address that git knows to the pages of a forge."""

from __future__ import annotations

import pytest
from trackgate_server.store.run_lists import Pair
from trackgate_server.web import run_source
from trackgate_server.web.forge_links import (
    commit_page,
    repository_page,
    without_login,
)

from tests.fixtures.sites import App
from tests.scenarios.acts import new_experiment, new_run, set_tag

SHA = "0f3a9c1d2e4b5a6978877665544332211000ffee"

PAGES = {
    "https://github.com/team/model.git": "https://github.com/team/model/commit",
    "https://github.com/team/model/": "https://github.com/team/model/commit",
    "git@github.com:team/model.git": "https://github.com/team/model/commit",
    "git@github.com:team/model.git#part": "https://github.com/team/model/commit",
    "ssh://git@github.com:22/team/model": "https://github.com/team/model/commit",
    "git://github.com/team/model.git": "https://github.com/team/model/commit",
    "git+ssh://git@github.com/team/model": "https://github.com/team/model/commit",
    "git+https://github.com/team/model": "https://github.com/team/model/commit",
    "https://GitHub.com/Team/Model": "https://github.com/Team/Model/commit",
    "https://gitlab.com/a/b/model.git": "https://gitlab.com/a/b/model/-/commit",
    "git@gitlab.example.com:a/model": "https://gitlab.example.com/a/model/-/commit",
    "https://gitlab.example.com:8443/a/model": (
        "https://gitlab.example.com:8443/a/model/-/commit"
    ),
    "git@bitbucket.org:team/model.git": "https://bitbucket.org/team/model/commits",
    "https://bitbucket.example.com/scm/TEAM/model.git": (
        "https://bitbucket.example.com/projects/TEAM/repos/model/commits"
    ),
    "ssh://git@bitbucket.example.com:7999/~ada/model.git": (
        "https://bitbucket.example.com/projects/~ada/repos/model/commits"
    ),
    "https://dev.azure.com/team/part/_git/model": (
        "https://dev.azure.com/team/part/_git/model/commit"
    ),
    "git@ssh.dev.azure.com:v3/team/part/model": (
        "https://dev.azure.com/team/part/_git/model/commit"
    ),
    "https://git.sr.ht/~ada/model": "https://git.sr.ht/~ada/model/commit",
    "http://localhost:3000/ada/model": "http://localhost:3000/ada/model/commit",
    "git@git.example.com:ada/model.git": "https://git.example.com/ada/model/commit",
    # Nothing of a user, a password or a token is left.
    "https://ada:secret@github.com/team/model": "https://github.com/team/model/commit",
    "https://token@github.com/team/model": "https://github.com/team/model/commit",
    "https://a@b:c@github.com/team/model": "https://github.com/team/model/commit",
    "https://github.com/team/model?private_token=secret": (
        "https://github.com/team/model/commit"
    ),
    "https://evil.com\\@github.com/team/model": (
        "https://github.com/team/model/commit"
    ),
    # What is in a name stays in it.
    "https://github.com/team/a%2Fb?c": "https://github.com/team/a%2Fb/commit",
    "https://github.com/team/<b>": "https://github.com/team/%3Cb%3E/commit",
}
NO_PAGES = [
    "",
    "train.py",
    "/home/ada/model",
    "../model",
    "C:\\code\\model",
    "C:/code/model",
    "file:///home/ada/model.git",
    "javascript://github.com/team/model",
    "javascript:alert(1)",
    "data:text/html,x/y",
    "ftp://github.com/team/model",
    "https://github.com",
    "https://github.com/team",
    "https://github.com/team/.git",
    "https://github.com/team/..",
    "https://github.com/team/%2E%2E/model",
    "https://github.com/team/mod%00el",
    "https://[::1/team/model",
    "https://github.com:port/team/model",
    "https:///team/model",
    "https://bitbucket.example.com/scm/model",
]


@pytest.mark.parametrize(("address", "page"), PAGES.items())
def test_a_commit_has_a_page_at_its_forge(address: str, page: str) -> None:
    assert commit_page(SHA, address) == f"{page}/{SHA}"


@pytest.mark.parametrize("address", NO_PAGES)
def test_what_no_browser_can_open_gets_no_link(address: str) -> None:
    assert commit_page(SHA, address) is None
    assert repository_page(address) is None


@pytest.mark.parametrize("commit", ["", "main", "0f3a9", "0f3a9c1/../..", SHA * 2])
def test_what_is_no_commit_gets_no_link(commit: str) -> None:
    assert commit_page(commit, "https://github.com/team/model") is None


def test_the_repository_has_its_own_page() -> None:
    found = repository_page("git@gitlab.com:team/part/model.git")

    assert found == "https://gitlab.com/team/part/model"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ada:secret@github.com/a/b", "https://github.com/a/b"),
        ("git+https://token@github.com/a/b#x", "git+https://github.com/a/b#x"),
        ("ssh://git:secret@github.com/a/b", "ssh://git@github.com/a/b"),
        (
            "from https://a:b@c.com and http://d@e.f",
            "from https://c.com and http://e.f",
        ),
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("train.py --mail ada@example.com", "train.py --mail ada@example.com"),
        ("https://example.com/a@b", "https://example.com/a@b"),
    ],
)
def test_passwords_are_not_shown(text: str, shown: str) -> None:
    assert without_login(text) == shown


def test_a_project_is_called_by_the_address_of_its_repository() -> None:
    said = {
        "mlflow.source.name": "git@github.com:team/model.git#part",
        "mlflow.source.type": "PROJECT",
        "mlflow.source.git.commit": SHA,
    }

    lines = {line.label: line.href for line in run_source.lines(said)}

    assert lines == {
        "Source": None,
        "Source type": None,
        "Git commit": f"https://github.com/team/model/commit/{SHA}",
    }


def test_other_programs_are_called_by_their_own_name() -> None:
    said = {
        "mlflow.source.name": "https://github.com/team/model",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": SHA,
    }

    assert [line.href for line in run_source.lines(said)] == [None, None, None]


def test_tags_of_the_client_are_shown_without_passwords() -> None:
    tags = [
        Pair("mlflow.source.git.repoURL", "https://ada:secret@github.com/a/b"),
        Pair("mlflow.user", "https://ada:name@of.somebody"),
    ]

    assert [tag.value for tag in run_source.without_logins(tags)] == [
        "https://github.com/a/b",
        "https://ada:name@of.somebody",
    ]


def test_the_page_of_a_run_links_its_commit_and_keeps_the_password(app: App) -> None:
    api = app.client()
    run = new_run(api, new_experiment(api))
    set_tag(api, run, "mlflow.source.git.commit", SHA)
    address = "https://ada:hunter2@gitlab.com/team/model.git"
    set_tag(api, run, "mlflow.source.git.repoURL", address)

    pages = [
        api.raw("GET", f"/runs/{run}{tail}").body.decode()
        for tail in ("", "/tags?of=system")
    ]

    link = f'href="https://gitlab.com/team/model/-/commit/{SHA}"'
    assert f'{link} rel="noopener noreferrer external"' in pages[0]
    assert all("gitlab.com/team/model.git" in page for page in pages)
    assert not any("hunter2" in page for page in pages)


def test_no_table_of_runs_shows_the_password_either(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    runs = [new_run(api, experiment) for _ in range(3)]
    tag = "mlflow.source.git.repoURL"
    for run, password in zip(runs, ("hunter2", "hunter2", "hunter3"), strict=True):
        set_tag(api, run, tag, f"https://ada:{password}@gitlab.com/team/model.git")

    pages = [
        api.raw("GET", address).body.decode()
        for address in (
            f"/experiments/{experiment}?column=tags.`{tag}`",
            # The same in all, and different ones.
            f"/compare?run={runs[0]}&run={runs[1]}",
            f"/compare?run={runs[1]}&run={runs[2]}",
        )
    ]

    assert all("https://gitlab.com/team/model.git" in page for page in pages)
    assert [page.count("hunter") for page in pages] == [0, 0, 0]
