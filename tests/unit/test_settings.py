"""Settings: from the environment and from files, refusing what would be wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from kitart.clock import SteadyClock
from kitart.settings import load_settings, settings

ANCHOR = "2026-11-24T09:00:00+00:00"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("KITART_")]:
        monkeypatch.delenv(name)
    settings.cache_clear()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    def give(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"KITART_{name}", value)

    return give


def test_nothing_given_is_production_on_real_time() -> None:
    found = load_settings()
    assert found.mode == "production"
    assert found.clock() == SteadyClock()
    assert found.journal_url.startswith("sqlite:///")
    assert not found.microsoft.configured


@pytest.mark.parametrize(
    "values", [{"CLOCK_SPEED": "20", "CLOCK_ANCHOR": ANCHOR}, {"CLOCK_START": ANCHOR}]
)
def test_production_refuses_any_time_but_the_real_one(given, values) -> None:
    given(**values)
    with pytest.raises(ValidationError, match="production runs on real time"):
        load_settings()


def test_the_sandbox_may_run_faster_from_an_anchor(given) -> None:
    given(MODE="sandbox", CLOCK_SPEED="20", CLOCK_ANCHOR=ANCHOR)
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert load_settings().clock() == SteadyClock(20, at, None)


@pytest.mark.parametrize("values", [{"CLOCK_SPEED": "20"}, {"CLOCK_START": ANCHOR}])
def test_a_clock_of_its_own_needs_an_anchor(given, values) -> None:
    given(MODE="sandbox", **values)
    with pytest.raises(ValidationError, match="clock_anchor is missing"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("CLOCK_ANCHOR", "2026-11-24T09:00:00", "has no time zone"),
        ("CLOCK_SPEED", "0", "greater than 0"),
        ("CLOCK_SPEED", "nan", "less than or equal to 1000"),
        ("CLOCK_SPEED", "1001", "less than or equal to 1000"),
        ("MODE", "test", "'production' or 'sandbox'"),
        ("GATEWAY_URL", "kitart", "'kitart' is no address; right would be https://"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(given, name, value, word) -> None:
    given(**{name: value})
    with pytest.raises(ValidationError) as trouble:
        load_settings()
    assert word in str(trouble.value)
    assert name.lower() in str(trouble.value)


def test_parts_of_groups_are_given_after_two_underscores(given) -> None:
    given(MICROSOFT__TENANT="t", MICROSOFT__CLIENT_ID="c", MICROSOFT__CLIENT_SECRET="s")
    assert load_settings().microsoft.configured


def test_secrets_come_from_files_too_and_parts_of_groups_join_the_others(
    given, tmp_path: Path
) -> None:
    (tmp_path / "KITART_SECRET_KEY").write_text("from-a-file-of-secrets\n")
    (tmp_path / "KITART_MICROSOFT__CLIENT_SECRET").write_text("also-from-a-file")
    (tmp_path / "KITART_WEBHOOK_SECRETS").write_text('{"grafana": "g"}')
    (tmp_path / "KITART_SMS__TOKEN").write_text("in-the-file")
    given(SECRETS_DIR=str(tmp_path), MICROSOFT__TENANT="t", SMS__TOKEN="in-the-environment")
    found = load_settings()
    assert found.secret_key.get_secret_value() == "from-a-file-of-secrets"
    assert found.microsoft.client_secret.get_secret_value() == "also-from-a-file"
    assert found.microsoft.tenant == "t"
    assert found.webhook_secrets["grafana"].get_secret_value() == "g"
    assert found.sms.token.get_secret_value() == "in-the-environment"


def test_a_folder_of_secrets_that_is_not_there_is_refused(given, tmp_path: Path) -> None:
    given(SECRETS_DIR=str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="nowhere"):
        load_settings()


def test_secrets_are_not_shown(given) -> None:
    given(SECRET_KEY="never-to-be-shown", WEBHOOK_SECRETS='{"grafana": "never-to-be-shown"}')
    assert "never-to-be-shown" not in repr(load_settings())
    assert "never-to-be-shown" not in str(load_settings().model_dump())


def test_the_gateways_address_has_no_slash_at_its_end(given) -> None:
    given(GATEWAY_URL="https://kitart.example/")
    assert load_settings().gateway_url == "https://kitart.example"
