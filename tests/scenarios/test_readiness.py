"""The morning's look as a run: kept, told where it got worse, shown; a late one looks at now."""

from __future__ import annotations

import shutil
from datetime import date
from functools import partial
from pathlib import Path

import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.readiness import readiness as morning_look
from kitart.journal import readiness
from kitart.language import phrase
from kitart.messaging import readiness as daily
from kitart.rules.readiness.comparing import Worse
from kitart.rules.readiness.result import look
from kitart.settings import HOUSE

pytestmark = [pytest.mark.timeout(300), pytest.mark.covers("D27", "R7")]

# Half past six in Budapest.
MORNING = "2026-11-24T05:30:00+00:00"


@pytest.fixture(autouse=True)
def _few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "look", partial(look, hours=72))


def run() -> str:
    state = morning_look(return_state=True)
    assert state.is_completed(), state.message
    return str(state.message)


def shown(key: str) -> list[str]:
    """The descriptions of what runs showed under a key, the oldest first."""
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        )
    return [str(each.description) for each in sorted(found, key=lambda a: a.created)]


@pytest.mark.begins(at=MORNING, people={"default": "never"})
def test_a_backup_that_is_taken_away_is_told_the_next_morning(story, tmp_path: Path) -> None:
    first = run()
    assert first.startswith("2026-11-24: ")
    assert first.endswith("told what got worse: nobody, nothing did")
    assert "serious of" in shown("readiness-findings")[-1]

    folder = tmp_path / "config"  # never the house's own
    shutil.copytree(HOUSE / "config", folder)
    story.inst.settings.config_dir = folder
    agents = folder / "agents.yaml"
    known = yaml.safe_load(agents.read_text())
    for agent in known["agents"]:
        if agent["id"] == "AG-016":
            del agent["standby"], agent["standby_queues"]
    agents.write_text(yaml.safe_dump(known))
    # The worker stood still until noon: the look is of then.
    story.clock.advance(days=1, hours=6)
    second = run()
    assert second.startswith("2026-11-25: ")
    assert "told what got worse: AM-2 (" in second
    assert "What got worse since the look before: " in shown("readiness-worse")[-1]
    with story.inst.journal.read() as session:
        found = readiness.latest(session)
        assert found is not None
        assert found.at == story.clock.now()
        assert found.since["queue-without-reserve CHARLIE/hu"] == date(2026, 11, 25).isoformat()
        assert found.since["reserve-of-one ALPHA/nl"] == "2026-11-24"
        assert {row.person for row in readiness.told(session, "2026-11-25")} == {"AM-2"}

    story.clock.advance(minutes=30)
    assert "AM-2 (" in run(), "the same look again"
    with story.inst.journal.read() as session:
        assert len(readiness.told(session, "2026-11-25")) == 2, "and nobody is told twice"


@pytest.mark.begins(at=MORNING, people={"default": "never"})
def test_a_manager_who_can_not_be_told_makes_the_run_fail(story, monkeypatch) -> None:
    real = daily.got_worse
    run()
    things = (Worse(phrase("something got worse"), ("ALPHA",)),)
    monkeypatch.setattr(daily, "_send", lambda *_: False)
    monkeypatch.setattr(daily, "got_worse", lambda inst: (real(inst)[0], things))
    state = morning_look(return_state=True)
    assert state.is_failed()
    assert "AM-1 could be told on no channel" in str(state.message)
