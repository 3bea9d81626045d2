"""The rendered config: the same as last time, accepted by Nginx, free of holes."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from trackgate_proxy.config.nginx import render, write_config
from trackgate_proxy.nginx_binary import NginxError, check_config
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.placement import CONTAINER
from trackgate_proxy.site.served_models import ServedModel
from trackgate_proxy.site.settings import ProxySettings, Tls, settings_table
from trackgate_proxy.site.settings_error import SettingsError

GOLDEN = Path(__file__).parent / "golden"
DOCS = Path(__file__).parents[2] / "docs" / "proxy.md"
SRV = DataFolder(Path("/srv/trackgate"))
KEY = "a-key-of-sixteen-or-more"
VARIANTS = {
    "default": ProxySettings(data=SRV),
    "public": ProxySettings(
        data=SRV,
        host="0.0.0.0",
        port=443,
        static_prefix="/tracking",
        tls=Tls(Path("/etc/tls/site.pem"), Path("/etc/tls/site.key"), 80),
        public_urls=("https://track.example",),
        verdict_cache=Path("/dev/shm/trackgate-0-x"),
    ),
    "tcp": ProxySettings(
        data=SRV,
        host="::",
        upstreams=("server-1:5000", "server-2:5000"),
        proxy_key=KEY,
        run_as="nginx",
        body_by_file=False,
        artifact_body_bytes=10 * 1024**3,
    ),
    "serving": ProxySettings(
        data=SRV,
        static_prefix="/tracking",
        served=(
            ServedModel("Decision Tree", "Production"),
            ServedModel("Bäume 'im' \\Wald 50%", "@champion"),
        ),
        serve_body_bytes=8 * 1024**2,
        serve_timeout_s=30,
    ),
    "container": CONTAINER.settings(
        ProxySettings(
            data=DataFolder(Path("/config")),
            static_prefix="/tracking",
            tls=Tls(
                CONTAINER.certificates / "fullchain.pem",
                CONTAINER.certificates / "privkey.pem",
            ),
            public_urls=("https://track.example",),
        )
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_config_is_the_one_that_was_reviewed(variant: str) -> None:
    """With TRACKGATE_WRITE_GOLDEN=1 the files are written again, to be reviewed."""
    path = GOLDEN / f"{variant}.conf"
    text = render(VARIANTS[variant])
    if os.environ.get("TRACKGATE_WRITE_GOLDEN"):
        path.write_text(text)

    assert text == path.read_text()


@pytest.mark.nginx
@pytest.mark.parametrize("variant", VARIANTS)
def test_nginx_accepts_the_config(variant: str, data: DataFolder) -> None:
    # Nginx looks names up when it reads them, and these are nobody's here.
    upstreams = ("127.0.0.1:5001", "[::1]:5002") if variant == "tcp" else ()
    settings = replace(
        VARIANTS[variant],
        data=data,
        upstreams=upstreams,
        tls=None,
        run_as=None,
        verdict_cache=None,
    )

    check_config(data, write_config(settings))


@pytest.mark.nginx
def test_nginx_accepts_a_folder_with_spaces(data: DataFolder) -> None:
    spaced = DataFolder(data.root / "my data")
    for folder in spaced.folders():
        folder.mkdir(parents=True, exist_ok=True)

    check_config(spaced, write_config(ProxySettings(data=spaced)))


@pytest.mark.nginx
def test_what_nginx_refuses_is_shown(data: DataFolder) -> None:
    missing = Tls(data.root / "none.pem", data.root / "none.key")

    with pytest.raises(NginxError, match=r"none\.pem"):
        check_config(data, write_config(ProxySettings(data=data, tls=missing)))


@pytest.mark.parametrize("variant", VARIANTS)
def test_directives_that_open_holes_are_never_written(variant: str) -> None:
    text = render(VARIANTS[variant])

    assert not re.search(r"location\s+~", text)
    assert not re.search(r"^\s*alias\b", text, re.MULTILINE)
    assert "satisfy" not in text
    assert "underscores_in_headers on" not in text
    # `return` comes before the password is checked, so it may only refuse; the one
    # success is the verdict itself, reached by try_files.
    statuses = re.findall(r"\breturn (\d+)", text)
    assert [status for status in statuses if status[0] == "2"] == ["204"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_proxied_location_sets_every_header(variant: str) -> None:
    text = render(VARIANTS[variant])
    blocks = re.findall(r"location [^{]+\{[^{}]*\}", text)
    proxied = [one for one in blocks if "proxy_pass http://trackgate" in one]

    sets = {
        frozenset(re.findall(r"proxy_set_header (\S+)", one)) - {"Content-Length"}
        for one in proxied
        if "trackgate_verdict" not in one
    }
    assert len(proxied) >= 12
    assert len(sets) == 1
    assert {"X-Trackgate-User", "X-Trackgate-Body", "Authorization"} <= next(iter(sets))


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_proxied_prefix_is_answered_with_a_redirect(variant: str) -> None:
    """Nginx adds a missing slash by itself, before it asks for a password."""
    text = render(VARIANTS[variant])

    prefixes = re.findall(r"location \^~ (\S+)/ \{[^}]*proxy_pass", text)
    assert len(prefixes) >= 5
    for prefix in prefixes:
        assert f"location = {prefix} {{" in text


def test_the_proxy_key_stands_in_a_private_file_only(data: DataFolder) -> None:
    settings = ProxySettings(data=data, upstreams=("127.0.0.1:5000",), proxy_key=KEY)

    config = write_config(settings)

    assert KEY not in config.read_text()
    assert KEY in data.proxy_key_config.read_text()
    assert data.proxy_key_config.stat().st_mode & 0o777 == 0o600
    assert config.stat().st_mode & 0o777 == 0o600
    assert KEY not in repr(settings)


def test_a_config_that_stays_the_same_keeps_its_file(data: DataFolder) -> None:
    """Others watch it: a container's Nginx reads a new one."""
    settings = ProxySettings(data=data, upstreams=("127.0.0.1:5000",), proxy_key=KEY)
    files = (write_config(settings), data.proxy_key_config)
    before = [file.stat() for file in files]

    write_config(settings)
    assert [file.stat() for file in files] == before

    write_config(replace(settings, port=8181))
    assert data.nginx_config.stat().st_ino != before[0].st_ino
    assert data.proxy_key_config.stat() == before[1]


def test_a_config_that_others_can_read_is_made_private(data: DataFolder) -> None:
    settings = ProxySettings(data=data)
    write_config(settings).chmod(0o644)

    assert write_config(settings).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("port", 0, "1 to 65535"),
        ("static_prefix", "tracking", "/tracking"),
        ("static_prefix", "/a/../b", "/tracking"),
        ("static_prefix", "/a/", "/tracking"),
        ("static_prefix", "/_artifacts", "internal"),
        ("static_prefix", "/a b;", "/tracking"),
        ("host", "evil; }", "host name"),
        ("public_urls", ("track.example",), "https://track.example"),
        ("public_urls", ('https://a"b',), "https://track.example"),
        ("upstreams", ("10.0.0.1:5000",), "proxy key"),
        ("upstreams", ("unix:/run/a;b",), "absolute and free"),
        ("upstreams", ("http://server",), "host:port"),
        ("proxy_key", "short", "16 to 256"),
        ("proxy_key", "with ' and ; in it.......", "16 to 256"),
        ("run_as", "root; daemon on", "account name"),
        ("artifact_root", Path("relative"), "absolute"),
        ("artifact_root", Path("/a$uri"), "absolute"),
        ("workers", 0, "at least 1"),
        ("slots", 0, "1 to 99"),
        ("slots", 100, "1 to 99"),
        ("health_port", 70_000, "1 to 65535"),
        ("data", DataFolder(Path("/" + "x" * 120)), "socket path"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    setting: str, value: Any, said: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        replace(ProxySettings(data=SRV), **{setting: value})


def test_every_setting_has_its_line_in_the_docs() -> None:
    table = "\n".join(
        f"| `{name}` | `{default}` | {meaning} |"
        for name, default, meaning in settings_table()
    )

    assert table in DOCS.read_text()
