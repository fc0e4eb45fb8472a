"""The hourly look: which closed incidents want a report, and who is asked for a run (§8 row 7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitart.clock import real_now
from kitart.installation import use_installation
from kitart.journal import documents, incidents
from kitart.journal.documents import INTERNAL
from kitart.journal.tables import Document, Incident
from kitart.orchestrator import OrchestratorError
from tasks import after_action, starting
from tests.held_elsewhere import hold_until, holds_last
from tests.integration.gateway.test_board import open_vcc

NUMBER = "INC-0001"


class HandStarter:
    """Takes notes of what it is asked for; away it raises as a dead Prefect does."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.away = self.coming = False

    def start_report(self, incident: Incident, request: int) -> str:
        if self.away:
            raise OrchestratorError("Prefect is away")
        self.asked.append((incident.number, request))
        return f"report-{request}"

    def still_coming(self, run_id: str) -> bool:
        return self.coming


@pytest.fixture
def closed(place, monkeypatch: pytest.MonkeyPatch):
    """A closed and settled incident, and the installation that the step works on."""
    monkeypatch.setattr(starting, "ASK_AGAIN_AFTER_S", 0.0)
    holds_last(monkeypatch)
    use_installation(place.inst)
    open_vcc(place)
    change(place, state="closed", closed_at=place.clock.now(), open_key=None,
           settled_at=place.clock.now(), lease_until=None)  # fmt: skip
    yield place
    use_installation(None)


def change(place, **values) -> None:
    with place.inst.journal.write() as session:
        for name, value in values.items():
            if name == "lease_until":
                hold_until(session, NUMBER, value)
            else:
                setattr(incidents.get(session, NUMBER), name, value)


def look(starter: HandStarter) -> tuple[str, ...]:
    return after_action.start_wanted.fn(starter)


def test_a_closed_incident_gets_a_run_and_a_second_look_asks_for_none_beside_it(closed) -> None:
    starter = HandStarter()
    assert look(starter) == (NUMBER,)
    starter.coming = True
    assert look(starter) == ()
    assert len(starter.asked) == 1


def test_a_run_that_died_is_asked_for_anew(closed) -> None:
    starter = HandStarter()
    look(starter)
    assert look(starter) == (NUMBER,)
    (_, first), (_, second) = starter.asked
    assert second > first


def test_while_prefect_is_away_the_next_look_asks_again_for_the_same_run(
    closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "ASK_AGAIN_AFTER_S", 600.0)
    starter = HandStarter()
    starter.away = True
    assert look(starter) == ()
    starter.away = False
    assert look(starter) == (NUMBER,)
    assert starter.asked == [(NUMBER, 1)], "under its first number, or there might be two"
    assert look(starter) == (), "it was asked for just now"


@pytest.mark.parametrize(
    "values",
    [
        {"exercise": True},
        {"state": "false alarm"},
        {"settled_at": None},
        {"kind": "contact test"},
        {"lease_until": real_now() + timedelta(days=1)},
    ],
    ids=["exercise", "false alarm", "not settled", "contact test", "driven"],
)
def test_what_wants_no_report_by_itself(closed, values) -> None:
    change(closed, **values)
    assert look(HandStarter()) == ()


def test_what_was_closed_long_ago_is_taken_up_by_hand_alone(closed) -> None:
    change(closed, closed_at=closed.clock.now() - timedelta(days=61))
    assert look(HandStarter()) == ()
    assert after_action.why_not(NUMBER) is None


def test_a_report_that_was_sent_and_filed_is_not_wanted_again(closed) -> None:
    now = closed.clock.now()
    with closed.inst.journal.write() as session:
        documents.add(
            session,
            Document(
                incident=NUMBER, client=INTERNAL, type="after-action-report", running_number=1,
                version=1, state="sent", reason="", subject="", html="", text="", file_name="x",
                checksum="", fingerprint="", facts={}, valid_as_of=now, created_at=now,
                sent_at=now, filed_at=now,
            ),
        )  # fmt: skip
    assert look(HandStarter()) == ()


def test_an_open_incident_has_no_report_yet_and_a_wrong_number_is_said(closed) -> None:
    change(closed, closed_at=None)
    assert "is not closed" in (after_action.why_not(NUMBER) or "")
    change(closed, kind="contact test")
    assert "its result is its report" in (after_action.why_not(NUMBER) or "")
    with pytest.raises(LookupError, match="INC-9999"):
        after_action.why_not("INC-9999")
    with pytest.raises(ValueError, match="incident"):
        after_action.AfterAction(incident="the last one")
