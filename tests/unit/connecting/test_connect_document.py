"""docs/connect.md names every setting of a connection, none that there is not, and its steps."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from kitart.journal.register import COLUMNS
from kitart.settings import HOUSE, Settings

TEXT = (HOUSE / "docs" / "connect.md").read_text(encoding="utf-8")
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in (HOUSE / "kitart" / "connecting").glob("*.py")
)
GROUPS = ("microsoft", "vcc", "asterisk", "sip", "sms", "smtp", "chat")


def settings_of(group: str) -> set[str]:
    annotation = Settings.model_fields[group].annotation
    assert annotation is not None
    assert issubclass(annotation, BaseModel)
    return {f"KITART_{group.upper()}__{name.upper()}" for name in annotation.model_fields}


@pytest.mark.parametrize("group", GROUPS)
def test_every_setting_of_a_connection_is_described(group: str) -> None:
    assert {name for name in settings_of(group) if name not in TEXT} == set()


@pytest.mark.parametrize("text", [TEXT, CODE])
def test_no_setting_is_named_that_there_is_not(text: str) -> None:
    known = {f"KITART_{name.upper()}" for name in Settings.model_fields} | {"KITART_SECRETS_DIR"}
    known = known.union(*(settings_of(group) for group in (*GROUPS, "heartbeat")))
    # In Grafana's file the secret comes from an environment of its own.
    text = text.replace("$KITART_WEBHOOK_SECRET\n", "")
    assert set(re.findall(r"KITART_[A-Z_]*[A-Z]", text)) - known == set()


def test_every_step_that_the_checks_send_a_reader_to_is_there() -> None:
    steps = set(re.findall(r"^## (\d+)\.", TEXT, re.MULTILINE))
    named = set(re.findall(r"step (\d+)", CODE)) | set(re.findall(r"step=(\d+)", CODE))
    assert named
    assert named <= steps


def test_the_registers_columns_are_named() -> None:
    (row,) = re.findall(r"^\| list `Incidents` \|(.*)$", TEXT, re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", row)) == COLUMNS


def test_the_command_that_makes_them_is_named_with_each_of_its_options() -> None:
    for words in ("kitart sharepoint init", "--check", "--sign-in", "--client-id", "--json"):
        assert words in TEXT
