"""The general plan's ways out: up the escalation matrix, or into the plan for a system."""

from __future__ import annotations

import pytest

from kitart.plan import whom
from tests.scenarios.general import ERT, LEADS, NOT_YET, PEOPLE, begun, press

pytestmark = pytest.mark.timeout(300)

CRITICAL = LEADS | {"answers": LEADS["answers"] | {"priority": "P1", "can-solve": "leave"}}
SILENT = {"reads": False}
NOT_SAID = LEADS | {"answers": LEADS["answers"] | {"nature": "leave"}}


@pytest.mark.covers("R12", "A1", "E28", "A14", "D15")
@pytest.mark.begins(people=PEOPLE | dict.fromkeys(ERT, CRITICAL)
                    | {"CMT-LEAD": SILENT, "CMT-DEP": SILENT, "CMT-2": SILENT,
                       "CMT-3": NOT_YET, "CMT-4": SILENT, "IT-MGR": SILENT})  # fmt: skip
def test_critical_and_not_to_be_solved_it_goes_up_the_matrix_until_somebody_has_it(story) -> None:
    begun(story)
    lead = story.acks("ert")[0].person
    told = [e for e in story.entries("escalated") if "from" in e.data]
    assert not told  # P1 alone is told upwards, and calls nobody in
    press(story, lead, "can-solve", "cannot", "The building is closed by the fire service")
    first = [e for e in story.entries("escalated") if "from" in e.data]
    assert {(e.data["from"], e.data["to"]) for e in first} == {
        ("ert", "it_manager"), ("ert", "cmt_lead"), ("ert", "account_manager"),
    }  # fmt: skip
    assert all("fire service" in e.data["reason"] for e in first)
    assert all(e.occurred_at == story.start for e in first)
    # Nobody answers: the deputies after five minutes, any member after ten, and again after that.
    order = whom.crisis_leads(story.plan)
    for minute, people, times in ((5, 2, 1), (10, 5, 2), (15, 5, 3)):
        story.at(f"09:{minute:02}")
        story.eventually(
            lambda people=people, times=times: _asked(story, order[0], order[:people], times),
            f"{people} of the crisis team asked at minute {minute}",
        )
    first_asked = {
        person: min(e.occurred_at for e in _to(story, "cmt") if e.data["person"] == person)
        for person in order
    }
    assert [(first_asked[p] - story.start).seconds / 60 for p in order] == [0, 5, 10, 10, 10]
    story.eventually(lambda: story.acks("it"), "the IT manager's deputy")
    assert [a.person for a in story.acks("it")] == ["IT-DEP"]
    assert not [a for a in story.acks("cmt") if a.answer == "take"]
    story.people({"answers": {"ack": "take"}}, "CMT-3")
    story.at("09:20")
    story.eventually(lambda: story.acks("cmt"), "a member of the crisis team")
    assert [a.person for a in story.acks("cmt")] == ["CMT-3"]
    story.settle(quiet_s=0.8)
    before = len(story.entries("escalated"))
    story.at("09:40", by_minutes=10)
    assert len(story.entries("escalated")) == before


def _to(story, step: str) -> list:
    return [e for e in story.entries("escalated") if e.data.get("step") == step]


def _asked(story, lead: str, people: tuple[str, ...], times: int) -> bool:
    """Whether just these people were asked, and the first of them so many times."""
    asked = _to(story, "cmt")
    rounds = max(e.data["round"] for e in asked if e.data["person"] == lead)
    return {e.data["person"] for e in asked} == set(people) and rounds == times


@pytest.mark.covers("R11", "R43", "A17", "E33")
@pytest.mark.begins(people=PEOPLE | dict.fromkeys(ERT, NOT_SAID))
def test_a_system_of_the_register_goes_on_under_its_plan_with_the_same_number_and_clocks(
    story,
) -> None:
    begun(story, seen="Nobody gets a call any more")
    reported_at, lead = story.incident.reported_at, story.acks("ert")[0].person
    story.at("09:04")
    story.phone_system("down")
    press(story, lead, "nature", "system:VCC")
    story.eventually(lambda: story.incident.kind == "vital systems offline", "the hand-over")
    (handed,) = story.entries("handed over")
    assert "Virtual Call Center" in handed.text
    story.eventually(lambda: story.entries("run took over"), "the other plan's run")
    story.settle(quiet_s=0.8)
    assert story.orchestrator.states[0].is_completed()
    assert "goes on under the plan for" in story.orchestrator.states[0].message
    # The same incident, its clocks and its decisions: nothing is asked or counted anew.
    assert story.incident.reported_at == reported_at
    assert story.incident.system_id == "VCC"
    assert len(story.entries("priority set")) == 1
    assert len(story.acks("ert")) == 1
    assert story.entries("system down")
    # The plan for the phone system is at work: all its account managers, its clients' reports.
    assert {e.data["for"] for e in story.entries("account manager told")} == {"AM-1", "AM-2"}
    assert story.documents("CL-2", "first-notification")
    # A monitor's alert about it joins this incident.
    story.alert()
    assert story.entries("duplicate added")
