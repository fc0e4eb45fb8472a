"""``kitart incident report`` and an alert that names no system: what the journal has then."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from kitart.alerts.intake import accept
from kitart.cli import app
from kitart.journal import incidents, timeline
from kitart.journal.database import Journal
from kitart.plan.loading import load_plan
from kitart.plan.systems import Monitoring, MonitoringRule
from kitart.settings import HOUSE, settings
from tests.unit.journal.conftest import NOW

RULE = MonitoringRule.model_validate(
    {"id": "water", "source": "alertmanager", "match": {"service": "water"},
     "plan": "general", "projects": ("BRAVO",)}
)  # fmt: skip


def report(*words: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["incident", "report", "--json", *words])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.output)
    return found


@pytest.mark.covers("R8", "R11", "E33")
def test_the_command_opens_an_incident_and_the_same_words_join_it(
    journal: Journal, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITART_DATABASE_URL", address)
    settings.cache_clear()
    try:
        water = ("--seen", "Water comes in", "--project", "ALPHA", "--customer-care", "yes")
        assert report(*water) == {"incident": "INC-0001", "new": True}
        assert report(*water) == {"incident": "INC-0001", "new": False}
        assert report("--seen", "Smoke in the hall") == {"incident": "INC-0002", "new": True}
    finally:
        settings.cache_clear()
    with journal.read() as session:
        row = incidents.get(session, "INC-0001")
        assert (row.kind, row.projects, row.customer_care) == ("general response", ["ALPHA"], "yes")
        assert [e.type for e in timeline.entries(session, row.number)] == [
            "reported", "report", "duplicate added",
        ]  # fmt: skip


@pytest.mark.covers("R8", "E33")
def test_an_alert_of_a_general_rule_opens_one_incident_of_its_projects(journal: Journal) -> None:
    plan = load_plan(HOUSE / "config")
    monitoring = Monitoring(sources=plan.monitoring.sources, rules=(RULE,))
    plan = plan.model_copy(update={"monitoring": monitoring})

    def post(alert: str) -> list[str]:
        labels = {"alertname": alert, "service": "water"}
        one = {"status": "firing", "labels": labels, "annotations": {"summary": alert},
               "startsAt": NOW.isoformat(), "endsAt": "0001-01-01T00:00:00Z",
               "fingerprint": alert}  # fmt: skip
        body = {"version": "4", "status": "firing", "groupKey": alert, "alerts": [one]}
        raw = json.dumps(body).encode()
        accepted = accept(journal, plan, plan.monitoring.sources[0], raw, now=NOW)
        return accepted.opened or accepted.joined

    assert post("Water in hall 1") == post("Water in hall 2") == ["INC-0001"]
    with journal.read() as session:
        (row,) = incidents.open_incidents(session)
    assert (row.kind, row.projects) == ("general response", ["BRAVO"])
