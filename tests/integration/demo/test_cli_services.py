"""``kitart db upgrade`` and ``kitart gateway``: what they say when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kitart.cli import app
from kitart.settings import settings


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("KITART_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_the_journal_is_made_and_made_again_without_harm(tmp_path: Path) -> None:
    for _ in range(2):
        done = CliRunner().invoke(app, ["db", "upgrade"])
        assert done.exit_code == 0
        assert "The journal is at revision" in done.output
    assert (tmp_path / "data" / "journal.db").exists()


def test_a_journal_is_moved_to_another_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    for address in ("", other):
        monkeypatch.setenv("KITART_DATABASE_URL", address)
        settings.cache_clear()
        assert CliRunner().invoke(app, ["db", "upgrade"]).exit_code == 0
    monkeypatch.setenv("KITART_DATABASE_URL", "")
    settings.cache_clear()
    done = CliRunner().invoke(app, ["db", "move", "--to", other])
    assert done.exit_code == 0, done.output
    assert "Now set KITART_DATABASE_URL" in done.output


def test_a_move_to_a_database_without_tables_says_what_to_run(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["db", "upgrade"]).exit_code == 0
    done = CliRunner().invoke(app, ["db", "move", "--to", f"sqlite:///{tmp_path / 'no.db'}"])
    assert done.exit_code == 1
    assert "kitart db upgrade" in done.output


def test_an_address_that_is_no_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITART_DATABASE_URL", "mongodb://somewhere")
    done = CliRunner().invoke(app, ["db", "upgrade"])
    assert done.exit_code == 1
    assert "database_url is 'mongodb://somewhere'" in done.output


def test_a_gateway_without_a_journal_says_what_to_run() -> None:
    done = CliRunner().invoke(app, ["gateway"])
    assert done.exit_code == 1
    assert "run 'kitart db upgrade'" in done.output


def test_a_gateway_with_a_faulty_plan_names_the_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    CliRunner().invoke(app, ["db", "upgrade"])
    monkeypatch.setenv("KITART_CONFIG_DIR", str(tmp_path / "nowhere"))
    settings.cache_clear()
    done = CliRunner().invoke(app, ["gateway"])
    assert done.exit_code == 1
    assert "nowhere" in done.output


def test_the_gateway_says_in_plain_words_that_the_signing_key_is_missing() -> None:
    CliRunner().invoke(app, ["db", "upgrade"])
    refused = CliRunner().invoke(app, ["gateway", "--port", "8123"])
    assert refused.exit_code == 1
    assert "secret_key is missing or short: set KITART_SECRET_KEY" in refused.output
