"""Figures that people counted, by the page's form: they stand in the reports as theirs (D3)."""

from __future__ import annotations

import pytest

from kitart.journal import incidents
from kitart.reports.closing_report import build_closing_report
from kitart.reports.fingerprint import facts_fingerprint
from kitart.reports.gathering import gather
from kitart.reports.rendering import render
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import open_vcc, seen

pytestmark = pytest.mark.covers("D3")
FORM, PAGE = "/incident/INC-0001/figures", "/incident/INC-0001"
WHEN = {"date": "2026-11-24", "time": "10:40"}
COUNTED = {"queue": "BRAVO/de", "how": "counted"} | WHEN


def calls_of(place, queue="BRAVO/de"):
    with place.inst.journal.read() as session:
        facts = gather(session, place.inst.plan_of("INC-0001"), "INC-0001", place.clock.now())
    return next(c for c in facts.calls if f"{c.project_id}/{c.lang}" == queue), facts


@pytest.fixture
def lead(place) -> Holder:
    open_vcc(place)
    place.clock.advance(minutes=60)
    return Holder(place, "SV-1")


def test_what_a_supervisor_counted_stands_in_the_report_as_counted(place, lead) -> None:
    assert "Enter figures" in seen(lead.get(PAGE))
    figures = {"offered": "96", "answered": "71", "abandoned": "25", "voicemails_left": "4"}
    assert lead.post(FORM, **COUNTED, **figures).status_code == 303
    calls, facts = calls_of(place)
    assert (calls.offered.kind, calls.offered.value) == ("counted", 96)
    assert calls.voicemails_returned.kind == "not available"
    view = build_closing_report(facts, "CL-2", now=place.clock.now())
    text = render(view).text
    assert "Offered: 96 (counted); Answered: 71 (counted); Abandoned: 25 (counted)" in text
    assert "BRAVO, German: 26% of the callers gave up" in text
    other = render(build_closing_report(facts, "CL-1", now=place.clock.now())).text
    assert "96" not in other


def test_an_estimate_says_its_method(place, lead) -> None:
    form = COUNTED | {"how": "estimated", "method": "every fifth call listened to"}
    lead.post(FORM, **form, offered="50")
    calls, _ = calls_of(place)
    assert (calls.offered.kind, calls.offered.why) == ("estimated", "every fifth call listened to")


def test_the_newest_count_stands_and_the_old_one_stays_in_the_record(place, lead) -> None:
    lead.post(FORM, **COUNTED, offered="90")
    lead.post(FORM, **COUNTED, offered="96")
    lead.post(FORM, **COUNTED, offered="96")  # the same, sent twice by an impatient thumb
    assert calls_of(place)[0].offered.value == 96
    assert [e.data["figures"]["offered"] for e in place.entries("calls told")] == [90, 96]


def test_figures_are_taken_after_the_incident_is_closed(place, lead) -> None:
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    assert lead.post(FORM, **COUNTED, voicemails_left="7").status_code == 303
    assert calls_of(place)[0].voicemails_left.value == 7


def test_a_closing_report_that_waits_is_drafted_anew_when_people_have_counted(place, lead) -> None:
    before = facts_fingerprint(recovered(calls_of(place)[1], place), "CL-2")
    lead.post(FORM, **COUNTED, offered="96")
    facts = calls_of(place)[1]
    assert facts_fingerprint(recovered(facts, place), "CL-2") != before
    assert facts_fingerprint(facts, "CL-2") == facts_fingerprint(  # no news while it lasts
        facts.model_copy(update={"calls": ()}), "CL-2"
    )


def recovered(facts, place):
    return facts.model_copy(update={"normal_at": place.clock.now()})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"queue": "NOBODY/xx", "offered": "1"}, "Please choose the queue."),
        ({}, "Please give at least one figure."),
        ({"offered": "-3"}, "Please give a whole number, or leave the field empty."),
        ({"offered": "9999999999"}, "Please give a whole number"),
        ({"offered": "١٢"}, "Please give a whole number"),
        ({"offered": "5", "answered": "4", "abandoned": "2"},
         "More calls were answered and given up (6) than came in."),
        ({"voicemails_left": "2", "voicemails_returned": "3"},
         "More messages were answered than were left (2)."),
        ({"offered": "5", "how": "guessed"}, "Please say whether they were counted or estimated."),
        ({"offered": "5", "how": "estimated"}, "Please write how they were estimated."),
        ({"offered": "5", "time": "23:59"}, "This time is still to come."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_says_what_is_wrong_and_keeps_what_was_typed(
    place, lead, given: dict[str, str], said: str
) -> None:
    answer = lead.post(FORM, **(COUNTED | given))
    assert answer.status_code == 422
    page = seen(answer)
    assert said in page
    assert "Nothing has been recorded." in page
    if given.get("offered") == "5":
        assert 'value="5"' in answer.text
    assert place.entries("calls told") == []


def test_who_may_not_write_is_refused(place, lead) -> None:
    assert Holder(place, "CMT-4").post(FORM, **COUNTED, offered="1").status_code == 403
    assert place.entries("calls told") == []
