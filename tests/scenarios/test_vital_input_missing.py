"""A vital input does not come: told, called, decided, covered where people say so, and proved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from flows.inputs_watch import inputs_watch
from kitart.alerts import expected_inputs
from kitart.journal import approvals, incidents, inputs, outage_reports
from kitart.journal.inputs import Arrived
from kitart.reports import facts
from kitart.rules.rosters import agents_on_shift
from tests.scenarios.languages import assert_told_in_its_language

pytestmark = pytest.mark.timeout(300)

# A Tuesday in winter: 06:00 in Budapest is 05:00 UTC.
FOUR = "2026-11-24T04:00:00+00:00"
ERT = [f"ERT-{n}" for n in range(1, 6)]
LEADS = {
    "answers": {"ack": "take", "priority": "P2", "can-solve": "solving", "bring-in": "nobody"},
    "fills": {"note": "as usual"},
}
OWNER = {
    "answers": {"supplier-call": "delivers", "fallback": "use:yesterday", "works-again": "leave",
                "empty-seats": "filled"},
    "fills": {"note": "it comes at 08:40, their export failed"},
}  # fmt: skip
PEOPLE = {
    "default": {
        "delay_s": 0,
        "answers": {"ack": "take", "approve": "approve", "works-again": "leave",
                    "supplier-call": "leave", "fallback": "leave", "empty-seats": "filled"},
        "fills": {"note": "TT-4711"},
    },
    "SV-5": OWNER, **dict.fromkeys(ERT, LEADS),
}  # fmt: skip


def look() -> str:
    state = inputs_watch(return_state=True)
    assert state.is_completed()
    return str(state.message)


def arrives(story, code: str, at: datetime | None = None, mark: str = "today") -> None:
    """The sender's post, as the gateway takes it."""
    now = story.clock.now()
    with story.inst.journal.write() as session:
        expected_inputs.take(
            session, story.plan, Arrived(code, at or now, inputs.WEBHOOK, mark), now=now
        )


def only(story, *codes: str) -> None:
    """Everything else arrives in time."""
    for known in story.plan.inputs:
        if known.id not in codes:
            arrives(story, known.id, mark=f"early-{known.id}")


def begun(story) -> None:
    story.eventually(lambda: story.entries("run began"), "the run")
    story.settle(quiet_s=0.8)


def open_ones(story) -> list:
    with story.inst.journal.read() as session:
        return incidents.open_incidents(session)


def moved(story, clock_time: str) -> None:
    """The time goes on without a run: nothing to wait for."""
    hour, minute = map(int, clock_time.split(":"))
    story.clock.move_to(story.start.replace(hour=hour, minute=minute))


@pytest.mark.covers("R6", "A21")
@pytest.mark.begins(at=FOUR, people=PEOPLE)
def test_what_arrives_in_time_or_within_its_grace_changes_nothing(story) -> None:
    look()
    only(story, "ROSTER-DAY")
    moved(story, "05:00")
    look()
    moved(story, "05:14")
    arrives(story, "ROSTER-DAY")
    moved(story, "05:40")
    look()
    assert open_ones(story) == []
    with story.inst.journal.read() as session:
        row = inputs.due_that_counts(session, "ROSTER-DAY", story.clock.now())
    assert (row.state, row.incident) == ("arrived", None)


@pytest.mark.covers("R5", "R6", "R8", "R12", "R13", "R15", "A14", "A21", "A23", "D5", "D23")
@pytest.mark.begins(at=FOUR, people=PEOPLE)
def test_an_overdue_roster_is_worked_until_it_is_here_and_used(story) -> None:
    look()
    only(story, "ROSTER-DAY")
    moved(story, "05:15")
    look()
    assert open_ones(story) == []
    moved(story, "05:16")
    assert look() == "overdue: INC-0001"
    begun(story)
    assert story.incident.kind == "vital input missing"
    assert f"{story.incident.cause_at:%H:%M}" == "05:15"
    # Its owner first, then the ERT; the supplier is written to and called by its own matrix.
    told = [m for m in story.messages("input-missing") if m.recipient == "SV-5"]
    first_page = min(m.id for m in story.messages("ert-alarm"))
    assert told
    assert told[0].id < first_page
    assert "duty desk, +442079460305" in told[0].text
    (letter,) = story.messages("supplier-input-missing")
    assert letter.recipient == "SUP-WFM"
    assert "BRAVO" not in letter.text
    story.at("05:18")
    (called,) = story.entries("supplier called")
    assert "it comes at 08:40" in called.text
    # A person decides what to work with; the supervisors hear it.
    (decided,) = story.entries("fallback decided")
    assert decided.author == "supervisor"
    assert "yesterday's roster" in decided.text
    assert any("yesterday's roster" in text for text in story.texts_to("SV-2"))
    assert story.entries("seats filled")
    assert len(open_ones(story)) == 1  # nobody said that a seat is empty: no cover
    assert story.entries("being solved")
    # The client of the queues that need it is told, and no other.
    story.at("05:30", by_minutes=4)
    (first,) = [d for d in story.documents("CL-2", "first-notification") if d.sent_at]
    assert "Shift roster of the day" in first.text
    assert not [d for code in ("CL-1", "CL-3", "CL-4") for d in story.documents(code)]
    # It arrives: a reason to ask, not yet a recovery.
    story.at("07:40", by_minutes=30)
    arrives(story, "ROSTER-DAY")
    story.settle(quiet_s=0.8)
    (arrived,) = story.entries("input arrived")
    assert "160 min after it was due" in arrived.text
    assert not story.entries("success factor proved")
    story.people(OWNER | {"answers": {"works-again": "works"}}, "SV-5")
    assert story.press("SV-5", "Do you work with", "works").status_code == 200
    story.settle(quiet_s=0.8)
    assert {e.data["factor"] for e in story.entries("success factor proved")} == {facts.INPUT_USED}
    story.at("07:58", by_minutes=5)
    assert story.entries("recovery declared")
    story.people({"answers": LEADS["answers"] | {"close": "close"}, "fills": LEADS["fills"]}, *ERT)
    story.at("08:20", by_minutes=5)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    closing = [d for d in story.documents("CL-2", "closing-report") if d.sent_at][-1]
    assert "has no procedure of its own for a missing input" in closing.html
    assert "no objective" in closing.html
    assert "not applicable" in closing.html
    assert "it comes at 08:40, their export failed" in closing.html  # the supplier's own words
    assert_told_in_its_language(
        story, "first-notification", "recovery-notice", "closing-report", readers={"CL-2": "en"}
    )


@pytest.mark.covers("D21", "A21")
@pytest.mark.begins(at=FOUR, people=PEOPLE)
def test_what_became_overdue_while_nothing_ran_is_found_at_its_true_time(story) -> None:
    look()
    only(story, "ROSTER-DAY")
    moved(story, "07:03")
    look()
    begun(story)
    assert f"{story.incident.cause_at:%H:%M}" == "05:15"
    assert f"{story.incident.reported_at:%H:%M}" == "07:03"
    (report,) = story.entries("report")
    assert f"{report.occurred_at:%H:%M}" == "05:15"
    assert "found at 08:03 CET, nobody looked before" in report.text


@pytest.mark.covers("D21")
@pytest.mark.begins(at=FOUR, people=PEOPLE)
def test_after_days_without_kitart_only_the_last_missing_one_opens_an_incident(story) -> None:
    look()
    only(story, "ROSTER-DAY")
    story.clock.move_to(story.start + timedelta(days=3, hours=1, minutes=20))
    for known in story.plan.inputs:
        if known.id != "ROSTER-DAY":
            arrives(story, known.id, mark=f"later-{known.id}")
    arrives(story, "PRICE-LIST", story.start + timedelta(days=2, hours=2), mark="of-thursday")
    look()
    (one,) = open_ones(story)
    assert one.cause_at == story.start + timedelta(days=3, hours=1, minutes=15)


@pytest.mark.covers("E4", "E33", "A21")
@pytest.mark.begins(at=FOUR, people=PEOPLE)
def test_two_inputs_of_one_supplier_share_an_incident_only_by_a_common_cause(story) -> None:
    look()
    only(story, "ROSTER-DAY", "ROSTER-CHANGES", "FORECAST-DAY")
    moved(story, "05:30")
    look()
    story.eventually(lambda: len(open_ones(story)) == 2, "two incidents")
    roster, forecast = open_ones(story)
    assert (roster.system_id, forecast.system_id) == ("INPUT.ROSTER-DAY", "INPUT.FORECAST-DAY")
    begun(story)
    (joined,) = story.entries("duplicate added")
    assert "Changes of shifts of the day" in joined.text
    with story.inst.journal.read() as session:
        questions = approvals.of_incident(session, "INC-0001")
    asked = {q.key.split(":")[2] for q in questions if q.kind == "fallback"}
    assert asked == {"ROSTER-DAY", "ROSTER-CHANGES"}


@pytest.mark.covers("A21", "D5", "R18")
@pytest.mark.begins(
    at=FOUR,
    people=PEOPLE
    | {"SV-5": OWNER | {"answers": OWNER["answers"] | {"empty-seats": "leave"}}}
    | {"SV-2": {"answers": {"empty-seats": "leave", "works-again": "leave"}}},
)
def test_cover_begins_only_for_agents_whom_a_person_names(story) -> None:
    look()
    only(story, "ROSTER-DAY")
    moved(story, "05:16")
    look()
    begun(story)
    question = [e for e in story.entries("decision requested") if e.data["kind"] == "empty-seats"]
    assert question
    asked = question[0].data["person"]
    assert story.press(asked, "seats stay empty", "empty", "two of them").status_code == 200
    story.settle(quiet_s=0.8)
    assert story.entries("seats not named")
    assert len(open_ones(story)) == 1
    again = [e for e in story.entries("decision requested") if e.data["kind"] == "empty-seats"]
    assert len(again) > len(question)
    # Named by their codes: the same ladder, in an incident of its own.
    on_shift = [
        agent.id
        for agent in agents_on_shift(story.plan, story.clock.now())
        if agent.queue.startswith("BRAVO/")
    ][:2]
    words = f"{on_shift[0]} and {on_shift[1]} do not know their shift"
    assert story.press(asked, "seats stay empty", "empty", words).status_code == 200
    story.settle(quiet_s=0.8)
    (empty,) = story.entries("seats empty")
    assert "cover: INC-0002" in empty.text
    _, cover = open_ones(story)
    assert (cover.kind, cover.projects) == ("workplace unusable", ["BRAVO"])
    with story.inst.journal.read() as session:
        assert {row.agent for row in outage_reports.standing(session)} == set(on_shift)


@pytest.mark.covers("A21", "D5")
@pytest.mark.begins(
    at=FOUR,
    people=PEOPLE
    | {"SV-5": OWNER | {"answers": OWNER["answers"] | {"fallback": "wait"},
                        "fills": {"note": "until 06:40"}}},
)  # fmt: skip
def test_who_decides_to_wait_is_asked_again_at_the_time_that_was_named(story) -> None:
    look()
    only(story, "ROSTER-DAY")
    moved(story, "05:16")
    look()
    begun(story)
    (waits,) = story.entries("fallback decided")
    assert "until 06:40" in waits.text
    story.people(OWNER, "SV-5")
    story.at("05:38", by_minutes=10)
    assert len(story.entries("fallback decided")) == 1
    story.at("05:42")
    assert len(story.entries("fallback decided")) == 2


@pytest.mark.covers("E46", "A14", "A21")
@pytest.mark.begins(
    at=FOUR,
    people=PEOPLE
    | {"SV-5": OWNER | {"answers": OWNER["answers"] | {"supplier-call": "no-answer"}}},
)
def test_a_supplier_that_does_not_answer_is_called_contact_by_contact(story) -> None:
    look()
    only(story, "ROSTER-DAY")
    moved(story, "05:16")
    look()
    begun(story)
    story.at("05:20")
    missed = [e.data["contact_role"] for e in story.entries("supplier not reached")]
    assert missed == ["duty desk", "service manager"]
    assert not story.entries("supplier called")
