"""The phone system fails, everybody answers, it comes back: the plan from alert to filed report."""

from __future__ import annotations

import hashlib
import re

import pytest

from kitart.journal import timeline
from kitart.reports.pdf import can_print, pdf_name
from tests.scenarios.callers import callers, usual_callers
from tests.scenarios.evidence import assert_evidence
from tests.scenarios.languages import assert_told_in_its_language

pytestmark = pytest.mark.timeout(300)


@pytest.mark.covers("R8", "R9", "R13", "R15", "R47", "R48", "A2", "A14", "D1", "D5", "D19", "E41")
@pytest.mark.begins(pdf=True)
def test_an_outage_that_ends_well_is_reported_filed_and_closed(story) -> None:
    agent = next(a.id for a in story.plan.agents if a.queue == "BRAVO/de")
    usual_callers(story, "line-21", story.start.replace(minute=20), 19, 1, agent)
    story.phone_system("down")
    answer = story.alert()
    assert (answer.status_code, answer.json()) == (202, {"opened": ["INC-0001"]})
    story.begun()
    story.at("09:14")
    assert story.incident.priority == "P1"
    story.phone_system("up")
    callers(story, "line-21", story.start.replace(minute=16), 8, agent=agent)
    callers(story, "line-21", story.start.replace(minute=17), 4)
    story.at("09:33", by_minutes=1)
    story.orchestrator.wait()

    incident = story.incident
    assert incident.state == "closed"
    assert story.orchestrator.states[-1].is_completed()
    # Contact is a person's answer, in time (A14, R9); the account managers of all projects too.
    assert story.acks("ert")[0].person == story.plan.ert_order(story.start)[0].id
    assert {a.step for a in story.acks("am:AM-1") + story.acks("am:AM-2")} == {"am:AM-1", "am:AM-2"}
    # It counts as recovered from the first look that saw it up, once proved and stable (E34, E41).
    assert incident.recovered_at == story.start.replace(minute=15)
    declared = story.entries("recovery declared")[0]
    assert declared.occurred_at == story.start.replace(minute=30)
    lines = {entry.data["line"] for entry in story.entries("success factor proved")}
    assert lines == {line.id for line in story.plan.lines}
    # Each client has its own four kinds of reports, each approved by a person, each filed (D23).
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        sent = [d for d in story.documents(client) if d.sent_at]
        kinds = [d.type for d in sent]
        assert kinds[0] == "first-notification"
        assert kinds[-2:] == ["recovery-notice", "closing-report"]
        assert "status-update" in kinds
        assert all(d.approved_by and d.filed_at for d in sent)
        others = {c.name for c in story.plan.clients if c.id != client}
        assert not [name for name in others for d in sent if name in d.html]
        assert len(story.client_mails(client)) >= len(sent)
    filed = {path.rsplit("/", 1)[-1] for path in story.world.tenant.files}
    sent = [d for c in ("CL-1", "CL-2", "CL-3", "CL-4") for d in story.documents(c) if d.sent_at]
    # Each with its PDF beside it, the same that went with the mail, its checksum on record.
    names = {d.file_name for d in sent}
    pdfs = {pdf_name(name) for name in names} if can_print() else set()
    assert filed == {name.lower() for name in names | pdfs}
    assert {e.data.get("pdf") for e in story.entries("document filed")} == (pdfs or {None})
    sums = {e.data.get("pdf_checksum") for e in story.entries("document filed")}
    mails = [mail for c in story.plan.clients for mail in story.client_mails(c.id)]
    attached = {hashlib.sha256(a.content).hexdigest() for m in mails for a in m.attachments}
    contents = {hashlib.sha256(f.content).hexdigest() for f in story.world.tenant.files.values()}
    assert attached == sums - {None}
    assert attached <= contents
    row = next(iter(story.world.tenant.lists["Incidents"].rows.values()))
    assert (row.fields["Title"], row.fields["State"]) == ("INC-0001", "closed")
    assert len(story.world.tenant.lists["Incidents"].rows) == 1
    # The record holds together, and nothing was written to the supplier but its report.
    with story.inst.journal.read() as session:
        assert timeline.first_broken(session, story.incident) is None
    assert_calls_are_counted(story)
    assert_told_in_its_language(story, "first-notification", "recovery-notice", "closing-report")
    assert_evidence(story)


def assert_calls_are_counted(story) -> None:
    """While it was down no figure could be had; afterwards they are those of the records."""
    during = next(d for d in story.documents("CL-2") if d.type == "status-update" and d.sent_at)
    assert "the phone system is down; its records can be read when it is back" in during.html
    report = next(d for d in story.documents("CL-2") if d.type == "closing-report" and d.sent_at)
    text = " ".join(re.sub(r"<[^>]+>", " ", report.html).split())
    assert "12 (measured) 8 (measured) 4 (measured)" in text
    assert (
        "BRAVO, German: 33% of the callers gave up, usual 5%; 12 calls, usual 20 "
        "(the middle of 4 weeks, same weekday and hours, between 20 and 20)"
    ) in text
    assert "BRAVO, German: answered within 30 s: 67%, agreed 85%" in text
    assert "BRAVO, German: native speakers: 8 (100%)" in text
