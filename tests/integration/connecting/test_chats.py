"""What is said of chats: the plan's names, each address, and no message unless asked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kitart.settings import HOUSE, ChatSettings

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def by_name(lines: Any) -> dict[str, Any]:
    return {line.name: line for line in lines}


def people_have(place: Any, folder: Path, *channels: str) -> None:
    """A plan in which the first person has these channels too."""
    shutil.copytree(HOUSE / "config", folder)
    people, systems = folder / "people.yaml", folder / "systems.yaml"
    added = "".join(f"      - {channel}\n" for channel in channels)
    text = people.read_text()
    assert "    channels:\n" in text
    people.write_text(text.replace("    channels:\n", f"    channels:\n{added}", 1))
    systems.write_text(
        systems.read_text()
        + "  - {kind: teams, connector: teams, depends_on: [MAIL]}\n"
        + "  - {kind: chat, connector: apprise}\n"
    )
    place.set(config_dir=folder)


def set_chats(place: Any, teams: dict[str, str], apprise: dict[str, str]) -> ChatSettings:
    """The settings' chats, beside the root that the stand-in world is trusted by."""
    chats = ChatSettings(
        teams={name: SecretStr(url) for name, url in teams.items()},
        apprise={name: SecretStr(url) for name, url in apprise.items()},
        ca_file=place.settings.chat.ca_file,
    )
    place.set(chat=chats)
    return chats


def workflow(place: Any, name: str) -> str:
    made = place.world.teams.open_chat(name)
    return f"{place.world.addresses['teams']}{made.path}"


def test_names_of_the_plan_that_are_not_set_and_settings_that_nobody_has(
    place: Any, tmp_path: Path
) -> None:
    people_have(place, tmp_path / "plan", "{kind: teams, address: sv-1-teams}")
    set_chats(place, {}, {"idle-chat": SLACK})
    line = place.one("chat/names")
    assert line.state == "missing"
    assert "sv-1-teams in KITART_CHAT__TEAMS" in line.seen
    set_chats(place, {"sv-1-teams": workflow(place, "sv-1-teams")}, {"idle-chat": SLACK})
    line = place.one("chat/names")
    assert line.state == "warning"
    assert "idle-chat in KITART_CHAT__APPRISE" in line.seen


def test_each_address_is_looked_at_and_nothing_is_sent_unless_asked(
    place: Any, tmp_path: Path
) -> None:
    people_have(
        place, tmp_path / "plan", "{kind: teams, address: sv-1-teams}",
        "{kind: chat, address: sv-1-chat}",
    )  # fmt: skip
    set_chats(place, {"sv-1-teams": workflow(place, "sv-1-teams")}, {"sv-1-chat": SLACK})
    lines = by_name(place.check("chat"))
    assert {line.state for line in lines.values()} == {"ok"}
    assert "2 chats in the plan" in lines["names"].seen
    assert lines["apprise sv-1-chat"].seen.startswith("Slack:")
    assert place.world.teams.cards == []
    line = place.one("chat/teams sv-1-teams test", test_to="me@kitart.example")
    assert line.state == "ok"
    (card,) = place.world.teams.cards
    assert card.chat == "sv-1-teams"


def test_an_address_that_fails_is_said_without_it(place: Any) -> None:
    set_chats(
        place,
        {"gone": "https://127.0.0.1:1/workflows/secret?sig=secret", "bare": "secret"},
        {"odd": "nothing://secret", "tenant": "workflows://k.example/secret/secret",
         "clear": "json://k.example/secret"},
    )  # fmt: skip
    lines = by_name(place.check("chat"))
    assert lines["teams gone"].state == lines["teams bare"].state == "failed"
    assert "connection refused" in lines["teams gone"].seen
    assert "not the https address of a workflow" in lines["teams bare"].seen
    assert lines["apprise odd"].state == "failed"
    assert "falls with the tenant" in lines["apprise tenant"].seen
    assert "in the clear" in lines["apprise clear"].seen
    assert all(line.todo for line in lines.values())
    assert "secret" not in "".join(line.seen for line in lines.values())
