"""``kitart connect check`` as a person runs it, with nothing set up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kitart.cli import app
from kitart.settings import settings


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("KITART_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KITART_GATEWAY_URL", "http://127.0.0.1:1")
    settings.cache_clear()
    yield
    settings.cache_clear()


NOT_PREFECT = [
    word for name in ("plan", "journal", "gateway", "microsoft", "vcc", "sms", "smtp", "monitoring")
    for word in ("--only", name)
]  # fmt: skip


def test_with_nothing_set_up_it_names_every_setting_and_ends_with_1(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["connect", "check", *NOT_PREFECT], env={"COLUMNS": "200"})
    assert done.exit_code == 1
    for name in (
        "KITART_MICROSOFT__TENANT", "KITART_VCC__BASE_URL", "KITART_VCC__IVR_SECRET",
        "KITART_SMS__ACCOUNT", "KITART_SMTP__HOST", "KITART_SECRET_KEY", "KITART_GATEWAY_URL",
        "KITART_WEBHOOK_SECRETS", "kitart db upgrade",
    ):  # fmt: skip
        assert name in done.output
    assert not (tmp_path / "data" / "journal.db").exists()


def test_as_json_it_is_one_object_a_check_with_the_same_fields() -> None:
    done = CliRunner().invoke(app, ["connect", "check", "--json", *NOT_PREFECT])
    assert done.exit_code == 1
    found = [json.loads(line) for line in done.output.splitlines()]
    assert len(found) > 20
    assert {tuple(each) for each in found} == {("connection", "name", "state", "seen", "todo")}
    assert {each["state"] for each in found} >= {"ok", "missing", "failed", "skipped"}


def test_all_well_ends_with_0() -> None:
    done = CliRunner().invoke(app, ["connect", "check", "--only", "plan"])
    assert done.exit_code == 0, done.output


def test_a_name_that_is_none_is_refused_with_the_right_ones() -> None:
    done = CliRunner().invoke(app, ["connect", "check", "--only", "mail"])
    assert done.exit_code == 2
    assert "--only is 'mail'; right would be one of plan, journal, prefect" in done.output
