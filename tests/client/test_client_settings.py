"""Settings come from the environment, once, and say what is wrong with them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from trackgate.errors import BadSetting
from trackgate.settings import Settings

DOCS = Path(__file__).parents[2] / "docs" / "client.md"


def test_our_variable_wins_over_the_peers() -> None:
    settings = Settings.from_environment(
        {"MLFLOW_TRACKING_URI": "http://theirs", "TRACKING_URI": "http://ours"}
    )

    assert settings.tracking_uri == "http://ours"


def test_the_peers_variable_is_used_where_ours_is_not_set() -> None:
    settings = Settings.from_environment({"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"})

    assert settings.max_retries == 2


def test_an_empty_variable_counts_as_not_set() -> None:
    settings = Settings.from_environment(
        {"TRACKING_URI": "", "MLFLOW_TRACKING_URI": "http://theirs"}
    )

    assert settings.tracking_uri == "http://theirs"


@pytest.mark.parametrize("text", ["true", "1", "Yes"])
def test_switches_have_several_words_for_on(text: str) -> None:
    assert Settings.from_environment({"TRACKING_INSECURE_TLS": text}).insecure_tls


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TRACKING_TIMEOUT", "soon"),
        ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1.5"),
        ("TRACKING_MAX_RETRIES", "-1"),
        ("MLFLOW_TRACKING_INSECURE_TLS", "perhaps"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} is '{text}'"):
        Settings.from_environment({name: text})


def test_every_setting_is_in_the_docs_with_its_names_and_its_meaning() -> None:
    docs = DOCS.read_text(encoding="utf-8")

    for item in fields(Settings):
        names = " ".join(f"`{name}`" for name in item.metadata["names"])
        assert f"| {names} |" in docs
        assert item.metadata["meaning"] in docs
