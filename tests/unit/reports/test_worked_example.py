"""The worked example of the reports' catalogue: a power cut takes four German agents, 19 November.

Its table is written into a journal by those who write it in an incident; the closing report must
come to the same figures and the same verdict. All times of the table are CET.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kitart.alerts.workplace import report_outage
from kitart.installation import incident_plan
from kitart.journal import (
    acknowledgements,
    approvals,
    call_figures,
    cover,
    documents,
    incidents,
    levels,
    outage_reports,
    timeline,
    write_up,
)
from kitart.journal.database import Journal
from kitart.journal.late_entries import Writer
from kitart.journal.outage_reports import Said
from kitart.journal.tables import Document
from kitart.messaging import questions
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.reports import facts as f
from kitart.reports.closing_report import build_closing_report
from kitart.reports.gathering import gather
from kitart.reports.rendering import render
from kitart.reports.views import ClosingReportView
from kitart.rules.call_figures import Tally, Usual, slices
from kitart.rules.verdicts import Outcome
from kitart.rules.write_up import ActionForm
from tests.new_journal import make_tables

QUEUE = "BRAVO/de"
OUT = ("AG-028", "AG-029", "AG-030", "AG-040")
BACK = ("12:26", "12:28", "12:30", "12:33")
DECLINES = "AG-041"
CAUSE = "Power cut at the supplier; both native backups were in the same area."
ACTIONS = (
    ActionForm(
        finding="Both native backups were in the area of the power cut.",
        action="Spread German backups over two countries.", owner="account_manager",
        due=date(2026, 12, 15), check="The area report shows at least two areas.",
        audience="client-safe",
    ),
    ActionForm(
        finding="Nobody looked at the backups' areas between two reviews.",
        action="Add the area check to the monthly review.", owner="it_manager",
        due=date(2026, 12, 1), check="The check stands in the next review's record.",
        audience="client-safe",
    ),
)  # fmt: skip


def cet(clock: str, day: int = 19) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).resolve().parents[3] / "config")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    journal = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(journal)
    with journal.write() as session:
        yield session
    journal.close()


def played(session: Session, plan: Plan) -> str:
    """The table, line by line; the incident's number."""
    number = reported(session, plan)
    acknowledgements.record(
        session, number, "ert", "ERT-2", "ert", acknowledgements.TAKE, via="link", now=cet("10:06")
    )
    acknowledgements.record(
        session, number, "am:AM-2", "AM-2", "account_manager", acknowledgements.TAKE, via="sms",
        now=cet("10:06"),
    )  # fmt: skip
    level(session, number, levels.PROPOSED, 1, "10:07")
    level(session, number, levels.PROPOSED, 0, "10:07", "both native backups are in the area")
    level(session, number, levels.SET, 2, "10:08", "the cover of level 1 is exhausted")
    called_out(session, number)
    notified(session, number, "first-notification", "10:15", due="10:32")
    notified(session, number, "status-update", "10:45", due="10:45")
    for agent, clock in zip(OUT, BACK, strict=True):
        outage_reports.withdraw(session, agent, by="phone system", now=cet(clock))
        entry(session, number, "agent back", clock, queue=QUEUE)
    for row in cover.of_incident(session, number):
        if row.state == cover.LIVE:
            cover.end(row, cover.STOOD_DOWN, now=cet("12:50"))
    level(session, number, levels.SETTLED, 0, "12:50", "stable for 15 minutes")
    notified(session, number, "recovery-notice", "12:50", due="12:50")
    incidents.get(session, number).recovered_at = cet("12:50")
    established(session, plan, number)
    return number


def reported(session: Session, plan: Plan) -> str:
    """Four agents drop at 10:02; two say so at 10:04, and a supervisor says it of the others."""
    number = ""
    for place, agent in enumerate(OUT):
        by, role = (agent, "agent") if place < 2 else ("SV-2", "supervisor")
        said = Said(
            agent=agent, project="BRAVO", language="de", area=plan.agent(agent).area,
            reported_by=by, role=role, safe="yes", what="power", can_move="no",
            occurred_at=cet("10:02"), until=None,
        )  # fmt: skip
        made = report_outage(session, plan, agent, said, now=cet("10:04"), incident=number or None)
        assert made is not None
        number = made.incident or ""
    return number


def level(session: Session, number: str, kind: str, to: int, clock: str, reason: str = "") -> None:
    timeline.append(
        session, number, kind, f"level {to}", now=cet(clock),
        data={"project": "BRAVO", "level": to, "view": levels.MANAGER, "role": "account_manager",
              "reason": reason},
    )  # fmt: skip


def entry(session: Session, number: str, kind: str, clock: str, **data: Any) -> None:
    timeline.append(session, number, kind, kind, now=cet(clock), data=data)


def called_out(session: Session, number: str) -> None:
    """Three are asked at 10:09; two accept and are live at 10:24 and 10:31, one declines."""
    for agent, live in (("AG-047", "10:24"), ("AG-052", "10:31"), (DECLINES, "")):
        row = cover.reserve(
            session, number, agent, QUEUE, "non_native", now=cet("10:09"),
            hold=timedelta(minutes=10), due_at=cet("10:39"),
        )  # fmt: skip
        assert row is not None
        said = cover.YES if live else cover.NO
        cover.answer(session, row.id, said, via="sms", now=cet("10:11"))
        if live:
            cover.live(row, by=cover.PHONE_SYSTEM, now=cet(live))
            entry(session, number, "backup live", live, queue=QUEUE)
    session.flush()


def notified(session: Session, number: str, type: str, clock: str, *, due: str) -> None:
    documents.add(session, Document(
        incident=number, client="CL-2", type=type, running_number=1, version=1, state="sent",
        reason="", subject=type, html="", text="", file_name=f"{type}.html", checksum="",
        fingerprint="", facts={}, valid_as_of=cet(clock), next_update_at=None,
        created_at=cet(clock), due_at=cet(due), sent_at=cet(clock),
    ))  # fmt: skip


def established(session: Session, plan: Plan, number: str) -> None:
    own = incident_plan(plan, incidents.get(session, number))
    asked = approvals.ask(session, questions.findings(session, own, number, cet("13:10")), "AM-2",
                          now=cet("13:10"))  # fmt: skip
    given = approvals.decide(
        session, asked.id, "AM-2", "account_manager", "established", CAUSE,
        version=asked.version, via="link", now=cet("14:00"),
    )  # fmt: skip
    assert given.outcome == "counted"


def counted(session: Session, number: str) -> None:
    """Of 96 calls 71 were answered; usual is that 6 of a hundred callers give up."""
    row = call_figures.as_data(
        "BRAVO", "de", cet("10:02"), Tally(offered=96, answered=71, abandoned=25), {},
        slices([], cet("10:02"), cet("12:50")), Usual(4, 98, 92, 6, 90, 104),
    )  # fmt: skip
    call_figures.keep(
        session, number, "CL-2", [row], until=cet("12:50"), compared=True, now=cet("12:50")
    )


@pytest.fixture
def facts(session: Session, plan: Plan) -> f.IncidentFacts:
    """As the record has them the next morning, with the actions that people wrote down."""
    number = played(session, plan)
    counted(session, number)
    for form in ACTIONS:
        write_up.record_action(
            session, number, form, Writer("AM-2", "account_manager"), now=cet("16:00")
        )
    own = incident_plan(plan, incidents.get(session, number))
    return gather(session, own, number, cet("10:00", day=20))


@pytest.fixture
def view(facts: f.IncidentFacts) -> ClosingReportView:
    return build_closing_report(facts, "CL-2", now=cet("10:00", day=20), status="sent")


def rows(view: ClosingReportView, place: str, measure: str) -> list[Any]:
    return [row for row in dict(view.times)[place] if row.measure == measure]


@pytest.mark.covers("R9", "R21", "A16", "A17", "E7", "D11", "D25")
def test_the_measured_times_are_those_of_the_example(view: ClosingReportView) -> None:
    (ert,) = rows(view, "BRAVO", "Time to emergency response team")
    assert (ert.actual, ert.target) == (timedelta(minutes=2), timedelta(minutes=5))
    assert ert.verdict.outcome is Outcome.MET
    started = rows(view, "BRAVO, German", "Backup start")
    assert [row.actual for row in started] == [timedelta(minutes=15), timedelta(minutes=22)]
    assert all(row.target == timedelta(minutes=30) for row in started)
    assert all(row.verdict.outcome is Outcome.MET for row in started)
    (first,) = rows(view, "BRAVO, German", "First cover")
    (full,) = rows(view, "BRAVO, German", "Full cover")
    assert (first.actual, full.actual) == (timedelta(minutes=22), timedelta(minutes=144))


@pytest.mark.covers("A17", "E7", "D11")
def test_the_objective_is_met_in_part_after_22_minutes(view: ClosingReportView) -> None:
    (recovery,) = rows(view, "BRAVO, German", "Recovery time")
    assert (recovery.target, recovery.actual) == (timedelta(minutes=30), timedelta(minutes=22))
    ((place, verdict),) = view.verdicts
    assert (place, verdict.outcome) == ("BRAVO, German", Outcome.MET_IN_PART)
    short = verdict.short_cover
    assert short is not None
    # From 10:31 to 12:26.
    assert (short.seats_filled, short.seats_needed, short.minutes) == (2, 3, 115)


@pytest.mark.covers("D11", "A16")
def test_the_record_holds_the_seats_from_stretch_to_stretch(facts: f.IncidentFacts) -> None:
    (german,) = [queue for queue in facts.cover if queue.touched]
    course = [(each.start, each.filled, each.needed) for each in german.held]
    assert course[:5] == [
        (cet("10:02"), 0, 3), (cet("10:24"), 1, 3), (cet("10:31"), 2, 3), (cet("12:26"), 3, 3),
        (cet("12:28"), 3, 3),
    ]  # fmt: skip
    assert [(c.at, c.level) for c in facts.level_changes] == [
        (cet("10:08"), 2), (cet("12:50"), 0),
    ]  # fmt: skip


@pytest.mark.covers("D3", "D22", "D25", "D29", "R45")
def test_the_closing_report_says_what_the_example_says(view: ClosingReportView) -> None:
    text = render(view).text
    for words in (
        "Recovery of BRAVO, German: met in part: 2 of 3 seats for 115 min",
        "First notification 0:13 h after the effect began.",
        "Offered: 96 (measured); Answered: 71 (measured); Abandoned: 25 (measured)",
        "BRAVO, German: 26% of the callers gave up, usual 6%; 96 calls",
        f"Cause: {CAUSE}",
        "the cover of level 1 is exhausted",
        "Backups called out: 3; live: 2.",
        "What changes: 2 corrective actions, listed below.",
        "Owner: account manager on duty; Due: Tue 15 Dec 2026",
        "Due: Tue 1 Dec 2026",
    ):
        assert words in text, words
    # The picture's words: who sat where, from when.
    for words in (
        "From 09:02 GMT 0 of 3 seats filled: nobody.",
        "From 09:31 GMT 2 of 3 seats filled: speakers of the language, not native: 2.",
        "From 11:26 GMT 3 of 3 seats filled: usual agents: 1 and speakers of the language, not "
        "native: 2.",
        "The recovery time objective ends 09:32 GMT.",
        "first notification sent, 09:15 GMT",
    ):
        assert words in text, words
    for hidden in ("AG-0", "AM-2", "ERT-2", "DE-BY", "SV-2"):
        assert hidden not in text


@pytest.mark.covers("D25")
def test_each_report_stands_with_when_it_was_due_and_sent(view: ClosingReportView) -> None:
    found = [(name, due, sent, v.outcome) for name, due, sent, v in view.punctuality]
    assert found[0] == ("first notification", cet("10:32"), cet("10:15"), Outcome.MET)
    assert found[1][:3] == ("status update 1", cet("10:45"), cet("10:45"))
    assert found[1][3] is Outcome.MET
