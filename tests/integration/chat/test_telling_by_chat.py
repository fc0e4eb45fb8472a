"""A person is told by a card, over a real socket, unless the tenant is down (D14, E44)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock
from kitart.installation import Installation
from kitart.journal import messages
from kitart.messaging.telling import tell
from kitart.plan.loading import load_plan
from kitart.plan.schema import Channel, ChannelPolicy
from kitart.settings import HOUSE, Settings
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.covers("D14", "D16", "E44")
@pytest.mark.parametrize(("system", "cards"), [("VCC", 1), ("SHAREPOINT", 0)])
def test_a_card_goes_out_once_and_none_while_the_tenant_is_down(
    teams: Any, tmp_path: Path, system: str, cards: int
) -> None:
    plan = load_plan(HOUSE / "config")
    channel = Channel(kind="teams", address="ert-1-teams")
    policy = ChannelPolicy(kind="teams", connector="teams", depends_on=("MAIL",))
    people = [
        p.model_copy(update={"channels": (channel,)}) if p.id == "ERT-1" else p for p in plan.people
    ]
    plan = plan.model_copy(update={"people": tuple(people), "channels": (policy,)})
    settings = Settings(
        data_dir=tmp_path, secret_key=SecretStr("sixteen-letters-or-more"), chat=teams.settings
    )
    inst = Installation(settings, HandClock(NOW))
    make_tables(inst.journal)
    with inst.journal.write() as session:
        number = open_or_join(
            session, plan, system, reported_by="monitor test", seen="away", cause_at=None, now=NOW
        ).incident.number
    values = {
        "what": "VCC offline", "since": NOW, "answer_by": NOW, "next_news": "soon",
        "link": "https://kitart.example/a/x",
    }  # fmt: skip
    told = [tell(inst, plan, number, "ERT-1", "ert-alarm", "ert:1", values) for _ in range(2)]
    with inst.journal.read() as session:
        (row,) = messages.of_incident(session, number)
    inst.journal.close()
    assert told == [bool(cards)] * 2
    assert len(teams.state.cards) == cards
    assert row.state == ("accepted" if cards else "skipped")
    for card in teams.state.cards:
        assert row.provider_id == card.run
        assert card.content["actions"][0]["url"] == "https://kitart.example/a/x"
        assert number in card.content["body"][0]["inlines"][0]["text"]
