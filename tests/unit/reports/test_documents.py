"""The reports as a client reads them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from kitart.reports.closing_report import build_closing_report
from kitart.reports.facts import IncidentFacts, SystemState
from kitart.reports.first_notification import build_first_notification
from kitart.reports.rendering import css_string, render
from kitart.reports.status_update import build_correction, build_status_update

At = Callable[..., datetime]
Make = Callable[..., IncidentFacts]


@pytest.mark.covers("D24", "D22")
def test_the_first_notification_tells_what_a_client_must_know(make: Make, moment: At) -> None:
    view = build_first_notification(make(), "CL-1", now=moment("14:12"))
    text = render(view).text
    assert "Calls to your German and French lines do not reach us at present." in text
    assert "Since: Mon 23 Nov 2026, 15:00 CET (14:00 UTC) – measured" in text
    assert "Next update: Mon 23 Nov 2026, 15:45 CET (14:45 UTC)" in text
    assert "Ends: Mon 23 Nov 2026, 15:30 CET (14:30 UTC); State: running: 0:18 h left" in text
    assert "0.5 h (the plan's objective for cover levels 1 to 3" in text
    assert "Cause: Under investigation." in text
    assert "Questions: account manager on duty, +44 20 5550199" in text
    assert text.index("Facts") < text.index("Assumptions") < text.index("Open questions")


@pytest.mark.covers("D23")
def test_each_client_gets_its_own_zone_lines_and_entries(make: Make, moment: At) -> None:
    view = build_first_notification(make(), "CL-2", now=moment("14:12"))
    text = render(view).text
    assert "14:00 GMT (14:00 UTC)" in text
    assert "BRAVO callers are told by the carrier." in text
    for foreign in ("ALPHA", "CHARLIE", "DELTA", "Elektro Nord", "CL-1", "+36 1 5550131"):
        assert foreign not in text


@pytest.mark.covers("D22")
def test_persons_appear_as_roles(make: Make, moment: At) -> None:
    text = render(build_first_notification(make(), "CL-2", now=moment("14:12"))).text
    assert not re.search(r"\b(AM|ERT|AG|SUP)-\d", text)
    assert "Emergency response team member takes the incident" in text
    assert "AG-047" not in text


@pytest.mark.covers("E31")
def test_after_recovery_the_first_notification_becomes_a_combined_notice(
    make_restored: Make, moment: At
) -> None:
    view = build_first_notification(make_restored(), "CL-2", now=moment("14:15"))
    document = render(view)
    assert view.heading.variant == "combined"
    assert (
        "Your English and German lines could not be reached from 14:00 GMT to 14:11 GMT. "
        "Service is back, tested at 14:14 GMT." in document.text
    )
    for no_longer_true in ("at present.", "do not reach", "is down", "has had a fault"):
        assert no_longer_true not in document.text.replace("Nothing at present.", "")


@pytest.mark.covers("E31")
def test_a_headline_written_while_it_was_down_is_not_used_after_recovery(
    make_restored: Make, moment: At
) -> None:
    facts = make_restored()
    clients = tuple(
        c.model_copy(update={"headline": "Your lines are down.", "callers_experience": "Silence."})
        for c in facts.clients
    )
    facts = facts.model_copy(update={"clients": clients})
    text = render(build_first_notification(facts, "CL-2", now=moment("14:15"))).text
    assert "Your lines are down." not in text
    assert "Silence." not in text


@pytest.mark.covers("E32")
def test_a_false_alarm_is_corrected_and_never_announced(make: Make, moment: At) -> None:
    facts = make(false_alarm=True, false_alarm_reason="The monitor itself had failed.")
    with pytest.raises(ValueError, match="false alarm"):
        build_first_notification(facts, "CL-1", now=moment("14:30"))
    document = render(build_correction(facts, "CL-1", now=moment("14:30")))
    assert "Correction" in document.subject
    assert "There was no disturbance of your German and French lines" in document.text
    assert "there was no disturbance. Reason: The monitor itself had failed." in document.text
    assert "Recovery time objective" not in document.text


def test_there_is_nothing_to_correct_without_a_false_alarm(make: Make, moment: At) -> None:
    with pytest.raises(ValueError, match="not a false alarm"):
        build_correction(make(), "CL-1", now=moment("14:30"))


@pytest.mark.covers("D4")
def test_an_exercise_says_so_in_subject_title_and_first_line(make: Make, moment: At) -> None:
    document = render(build_first_notification(make(exercise=True), "CL-1", now=moment("14:12")))
    soup = BeautifulSoup(document.html, "html.parser")
    assert document.subject.startswith("EXERCISE")
    assert document.text.startswith("EXERCISE")
    assert document.file_name.startswith("EXERCISE")
    assert soup.title is not None
    assert soup.title.text.startswith("EXERCISE")
    assert soup.h1 is not None
    assert soup.h1.text.startswith("EXERCISE")


@pytest.mark.covers("D25")
def test_a_later_version_says_what_changed(make: Make, moment: At) -> None:
    view = build_status_update(
        make(), "CL-1", now=moment("14:44"), version=2, changes=("Divert time put right.",)
    )
    assert "What changed in version 2" in render(view).text
    assert "Divert time put right." in render(view).text
    silent = build_status_update(make(), "CL-1", now=moment("14:44"), version=2)
    assert "no change was recorded for this version" in render(silent).text


def test_an_update_tells_only_what_came_after_the_last_one(
    closed_facts: IncidentFacts, moment: At
) -> None:
    text = render(build_status_update(closed_facts, "CL-1", now=moment("14:44"))).text
    assert "No change since the last update." in text
    assert "Previous update: Mon 23 Nov 2026, 15:13 CET (14:13 UTC)" in text


@pytest.mark.covers("R23")
def test_the_recovery_notice_shows_the_proof_for_each_line(make_restored: Make, moment: At) -> None:
    document = render(build_status_update(make_restored(), "CL-1", now=moment("14:40")))
    assert "Recovery notice" in document.subject
    assert document.text.count("Result: proved; How: call record, supervisor on duty") == 2
    assert "State: met (restored after 0:11 h)" in document.text
    assert "Closing report: by Mon 30 Nov 2026." in document.text


def test_before_it_is_proved_no_line_counts_as_proved(make_restored: Make, moment: At) -> None:
    facts = make_restored(proofs=())
    text = render(build_status_update(facts, "CL-1", now=moment("14:40"))).text
    assert text.count("Result: not proved yet") == 2
    assert "State: recovering" in text


@pytest.mark.covers("A17", "D3")
def test_the_closing_report_gives_times_verdicts_and_kinds_of_figures(
    closed_facts: IncidentFacts, moment: At
) -> None:
    view = build_closing_report(
        closed_facts,
        "CL-1",
        now=moment("16:00"),
        status="approved",
        approver_role="AM-1",
        approved_at=moment("15:55"),
    )
    text = render(view).text
    assert "Recovery of ALPHA: missed by 0:08 h" in text
    assert "Time to emergency response team: report received" in text
    assert "Actual: 0:02 h; Verdict: met" in text
    assert "Offered: not available; Answered: 0 (measured)" in text
    assert "Not available: VCC is down; the carrier's records are awaited." in text
    assert "12 (estimated: usual calls of the hour)" in text
    assert "Approved by: account manager on duty; approved: Mon 23 Nov 2026, 16:55 CET" in text
    both = build_closing_report(
        closed_facts, "CL-1", now=moment("16:00"), status="approved", approver_role="AM-1",
        also_approved_by=("CMT lead",), approved_at=moment("15:55"),
    )  # fmt: skip
    said = "Approved by: account manager on duty and crisis management team lead; approved: Mon"
    assert said in render(both).text
    assert "Reviewed by: not yet reviewed" in text
    assert "IT manager on duty; Due: Tue 15 Dec 2026" in text


@pytest.mark.covers("E34")
def test_the_closing_report_of_a_flapping_system_gives_both_durations(
    make: Make, moment: At
) -> None:
    flaps = [("14:00", "down"), ("14:03", "up"), ("14:06", "down"), ("14:20", "up")]
    states = tuple(
        SystemState.model_validate({"at": moment(when), "state": state, "source": "monitoring"})
        for when, state in flaps
    )
    text = render(build_closing_report(make(states=states), "CL-1", now=moment("16:00"))).text
    assert "Total span: 0:20 h; Down in sum: 0:17 h in 2 failures" in text


@pytest.mark.covers("E39")
def test_an_entry_made_late_is_marked(make: Make, moment: At) -> None:
    text = render(build_first_notification(make(), "CL-1", now=moment("14:12"))).text
    assert "(entered later, Mon 23 Nov 2026, 15:11 CET (14:11 UTC))" in text


def test_a_document_is_accessible_and_needs_nothing_from_outside(
    closed_facts: IncidentFacts, moment: At
) -> None:
    document = render(build_closing_report(closed_facts, "CL-1", now=moment("16:00")))
    soup = BeautifulSoup(document.html, "html.parser")
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert len(soup.find_all("h1")) == 1
    levels = [int(h.name[1]) for h in soup.find_all(re.compile("^h[1-6]$"))]
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))
    assert all(th.get("scope") in ("col", "row") for th in soup.find_all("th"))
    assert all(table.caption is not None for table in soup.find_all("table"))
    assert not soup.find_all(["script", "img", "link", "iframe"])
    # Patterns of the picture are the document's own.
    assert "url(" not in document.html.replace("url(#", "")
    assert "Confidential – for Elektro Nord only" in document.text


def test_the_checksum_is_that_of_the_html(make: Make, moment: At) -> None:
    document = render(build_first_notification(make(), "CL-1", now=moment("14:12")))
    assert document.checksum == hashlib.sha256(document.html.encode()).hexdigest()
    assert document.file_name == "INC-0142_CL-1_First-notification_v1.html"
    assert document.subject == "INC-0142 First notification (version 1): ALPHA"


def test_markup_in_a_text_stays_text(make: Make, moment: At) -> None:
    facts = make(detected_by="<script>alert(1)</script> & Co")
    document = render(build_first_notification(facts, "CL-1", now=moment("14:12")))
    assert "<script>" not in document.html
    assert "<script>alert(1)</script> & Co" in document.text


def test_a_name_cannot_leave_its_css_string() -> None:
    escaped = css_string('a"; } </style>')
    assert not set('"<>;}/') & set(escaped)
    assert css_string("a – b") == r"a \002013  b"


def test_a_report_sent_later_says_what_was_approved(make: Make, moment: At) -> None:
    draft = build_first_notification(make(), "CL-1", now=moment("14:12"))
    sent = build_first_notification(
        make(),
        "CL-1",
        now=moment("14:35"),
        data_as_of=moment("14:12"),
        status="sent",
        approver_role="AM-1",
        approved_at=moment("14:34"),
    )
    assert sent.rto == draft.rto
    assert sent.headline == draft.headline
    assert sent.heading.reported_at == moment("14:35")
    assert sent.heading.data_as_of == moment("14:12")


def test_facts_survive_being_stored_as_json(closed_facts: IncidentFacts) -> None:
    stored = closed_facts.model_dump(mode="json")
    assert IncidentFacts.model_validate(stored) == closed_facts
