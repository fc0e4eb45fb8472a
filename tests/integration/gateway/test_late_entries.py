"""Entering later what happened, and correcting it, by the page's forms (E39, D2, D3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kitart.journal import incidents, timeline
from kitart.reports.course import course_of
from kitart.reports.gathering import gather
from kitart.rules.verdicts import Outcome
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import open_vcc, seen

pytestmark = pytest.mark.covers("E39")
LATE, PAGE = "/incident/INC-0001/late", "/incident/INC-0001"
WHEN = {"date": "2026-11-24", "time": "10:07"}  # in Budapest; 09:07 UTC


def facts(place):
    with place.inst.journal.read() as session:
        return gather(session, place.inst.plan_of("INC-0001"), "INC-0001", place.clock.now())


def late_kinds(place) -> list[tuple[str, datetime, str]]:
    return [(e.data["kind"], e.occurred_at, e.author) for e in place.entries("late entry")]


@pytest.fixture
def lead(place) -> Holder:
    open_vcc(place)
    place.clock.advance(minutes=60)
    return Holder(place, "SV-1")


def test_a_supervisor_enters_at_eleven_what_happened_at_seven_past_ten(place, lead) -> None:
    answer = lead.post(LATE, kind="other", text="The carrier phoned back", **WHEN)
    assert answer.status_code == 303
    at = datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
    assert late_kinds(place) == [("other", at, "supervisor")]
    page = seen(lead.get(PAGE))
    assert "10:07 CET (09:07 UTC)" in page
    assert "11:00 CET (10:00 UTC)" in page
    assert "The carrier phoned back" in page


def test_the_results_follow(place, lead) -> None:
    before = course_of(facts(place), "CL-1", place.clock.now())
    assert before.verdict.outcome is Outcome.MISSED
    assert (before.verdict.late_by.total_seconds() / 60) == 30
    lead.post(LATE, kind="effect-start", text="Calls broke off only then", **WHEN)
    lead.post(LATE, kind="effect-end", text="Calls came through", date="2026-11-24", time="10:32")
    lead.post(LATE, kind="ert", text="She took it by phone", date="2026-11-24", time="10:02")
    lead.post(LATE, kind="am", text="Told by phone", date="2026-11-24", time="10:05",
              project="BRAVO")  # fmt: skip
    after = facts(place)
    course = course_of(after, "CL-1", place.clock.now())
    assert course.starts == datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
    assert course.restored == datetime(2026, 11, 24, 9, 32, tzinfo=UTC)
    assert course.verdict.outcome is Outcome.RUNNING  # back in time; not proved yet
    assert after.ert[0].acknowledged_at == datetime(2026, 11, 24, 9, 2, tzinfo=UTC)
    told = {each.project_id: each.told_at for each in after.am_told}
    assert told["BRAVO"] == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    assert told["ALPHA"] is None
    # The board counts from the same start.
    assert "restored, being proved" in seen(lead.get("/board"))


def test_a_correction_stands_beside_the_old_entry_and_counts(place, lead) -> None:
    lead.post(LATE, kind="effect-start", text="Calls broke off", **WHEN)
    seq = place.entries("late entry")[0].seq
    answer = lead.post(
        f"{PAGE}/correct/{seq}", text="Calls broke off", why="The clock was wrong",
        date="2026-11-24", time="10:01",
    )  # fmt: skip
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PAGE}#e{seq}"
    page = seen(lead.get(PAGE))
    assert "Why: The clock was wrong" in page
    assert "First recorded as of 10:07 CET (09:07 UTC)" in page
    start = facts(place).effects[0].effect_start
    assert start == datetime(2026, 11, 24, 9, 1, tzinfo=UTC)
    lead.post(f"{PAGE}/correct/{seq}", why="Another incident", withdrawn="1", text="", **WHEN)
    assert facts(place).effects[0].effect_start == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert "did not happen, see the correction" in seen(lead.get(PAGE))


def test_after_the_close_only_a_correction_is_taken(place, lead) -> None:
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    refused = lead.post(LATE, kind="other", text="Too late", **WHEN)
    assert refused.status_code == 409
    assert late_kinds(place) == []
    assert "/late" not in lead.get(PAGE).text
    answer = lead.post(f"{PAGE}/correct/1", why="It began before", text="", **WHEN)
    assert answer.status_code == 303
    assert [e.data["corrects"] for e in place.entries("correction")] == [1]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"time": "11:01"}, "This time is still to come."),
        ({"date": "2026-11-23", "time": "09:59"}, "more than a day before the incident began"),
        ({"time": "x"}, "Please give date and time"),
        ({"kind": "nonsense"}, "Please choose what it is about."),
        ({"text": "   "}, "Please write what happened."),
        ({"project": "NONE"}, "The incident does not touch this project."),
        ({"date": "2026-10-25", "time": "02:30"}, "came twice that night"),
        ({"date": "2026-03-29", "time": "02:30"}, "did not exist that night"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_recorded(place, lead, form, says) -> None:
    sent = {"kind": "effect-start", "text": "Calls <broke> off", **WHEN} | form
    answer = lead.post(LATE, **sent)
    assert answer.status_code == 422
    assert says in seen(answer)
    assert late_kinds(place) == []
    if "text" not in form:
        assert "Calls &lt;broke&gt; off</textarea>" in answer.text


@pytest.mark.covers("E38")
def test_in_the_hour_that_comes_twice_one_says_which(place, lead) -> None:
    twice = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    with place.inst.journal.write() as session:
        row = incidents.get(session, "INC-0001")
        row.cause_at = row.reported_at = twice
    form = {"kind": "other", "text": "Silence", "date": "2026-10-25", "time": "02:30"}
    asked = lead.post(LATE, **form)
    assert 'name="later"' in asked.text
    lead.post(LATE, **form, later="1")
    assert late_kinds(place)[0][1] == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_who_may_not_write_can_only_read(place, lead) -> None:
    cmt = Holder(place, "CMT-4")
    assert cmt.get(PAGE).status_code == 200
    assert "/late" not in cmt.get(PAGE).text
    assert cmt.get(LATE).status_code == 403
    assert cmt.post(LATE, kind="other", text="x", **WHEN).status_code == 403
    assert cmt.post(f"{PAGE}/correct/1", why="x", text="y", **WHEN).status_code == 403
    assert late_kinds(place) == []


@pytest.mark.parametrize("path", [LATE, f"{PAGE}/correct/1"])
def test_a_form_from_elsewhere_records_nothing(place, lead, path) -> None:
    answer = lead.post(path, key="forged", kind="other", text="x", why="x", **WHEN)
    assert answer.status_code == 403
    with place.inst.journal.read() as session:
        types = {e.type for e in timeline.entries(session, "INC-0001")}
    assert not types & {"late entry", "correction"}


def test_what_is_not_there_is_said_so(place, lead) -> None:
    for path in ("/incident/INC-9999", f"{PAGE}/correct/99", f"{PAGE}/report/7"):
        answer = lead.get(path)
        assert answer.status_code == 404, path
