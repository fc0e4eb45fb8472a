"""What the IT manager and account managers write for the reports, by the pages (D24, D29)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kitart.journal import incidents, timeline, write_up
from kitart.reports.closing_report import build_closing_report
from kitart.reports.gathering import gather
from kitart.reports.rendering import render
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import open_vcc, seen

pytestmark = pytest.mark.covers("D24", "D29")
PAGE = "/incident/INC-0001/write-up"
CAUSE = f"{PAGE}/cause/all"
ACTION = {
    "finding": "Both backups live in one area", "action": "Hire in a second area",
    "owner": "it_manager", "due": "2026-12-15", "check": "The area report shows two areas",
    "about": "all",
}  # fmt: skip


@pytest.fixture
def manager(place) -> Holder:
    open_vcc(place)
    place.clock.advance(minutes=60)
    return Holder(place, "IT-DEP")


def texts(place) -> dict[tuple[str, str | None], tuple[str, str]]:
    with place.inst.journal.read() as session:
        found = write_up.texts(timeline.entries(session, "INC-0001"))
    return {(t.part, t.client): (t.text, t.audience) for t in found}


def actions(place) -> list[write_up.Action]:
    with place.inst.journal.read() as session:
        return write_up.actions(timeline.entries(session, "INC-0001"))


def closing(place, client: str) -> str:
    with place.inst.journal.read() as session:
        facts = gather(session, place.inst.plan_of("INC-0001"), "INC-0001", place.clock.now())
    return render(build_closing_report(facts, client, now=place.clock.now())).text


def test_the_cause_is_written_in_parts_and_a_client_reads_what_is_marked_for_it(
    place, manager
) -> None:
    answer = manager.post(
        CAUSE, **{
            "cause-direct": "A change in the carrier's network", "show-cause-direct": "1",
            "cause-root": "Nobody on our side knew of the change",
        },
    )  # fmt: skip
    assert answer.status_code == 303
    assert texts(place) == {
        ("cause-direct", None): ("A change in the carrier's network", "client-safe"),
        ("cause-root", None): ("Nobody on our side knew of the change", "internal"),
    }
    report = closing(place, "CL-1")
    assert "Direct cause: A change in the carrier's network" in report
    assert "Nobody on our side" not in report
    page = seen(manager.get(PAGE))
    assert "Nobody on our side knew of the change" in page
    assert "IT manager IT-DEP" in page


def test_a_text_that_is_emptied_is_taken_back_and_stays_in_the_record(place, manager) -> None:
    manager.post(CAUSE, **{"cause-direct": "A guess", "show-cause-direct": "1"})
    manager.post(CAUSE, **{"cause-open": "The carrier still looks for it", "show-cause-open": "1"})
    assert list(texts(place)) == [("cause-open", None)]
    assert "Not established: The carrier still looks for it" in closing(place, "CL-1")
    assert place.entries("written")[0].text == "A guess"


def test_the_same_form_sent_twice_is_one_entry_and_an_old_text_may_come_back(
    place, manager
) -> None:
    for text in ("First", "First", "Second", "First"):
        manager.post(CAUSE, **{"cause-direct": text})
    assert [e.text for e in place.entries("written")] == ["First", "Second", "First"]


def test_it_is_taken_after_the_incident_was_closed_too(place, manager) -> None:
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    manager.post(f"{PAGE}/lessons/all", lessons="Phone the carrier first")
    assert texts(place) == {("lessons", None): ("Phone the carrier first", "internal")}


@pytest.mark.covers("D23")
def test_an_account_manager_writes_about_the_own_clients_alone(place) -> None:
    raw = place.plan.snapshot()
    for holder in (*raw["projects"], *raw["people"]):
        # Nobody stands in for another: else each account manager writes for all clients.
        for deputy in ("deputy", "deputy_account_manager"):
            if str(holder.get(deputy)).startswith("AM-"):
                holder[deputy] = None
    place.use_plan(raw)
    open_vcc(place)
    own = Holder(place, "AM-1")
    address = f"{PAGE}/agreement/CL-1"
    assert own.post(address, **{"agreement-credits": "None are due"}).status_code == 303
    for other in (f"{PAGE}/agreement/CL-2", CAUSE, f"{PAGE}/agreement/all"):
        assert own.get(other).status_code == 403
        assert own.post(other, **{"agreement-credits": "x"}).status_code == 403
    assert list(texts(place)) == [("agreement-credits", "CL-1")]
    refused = own.post(f"{PAGE}/action", **ACTION)
    assert refused.status_code == 422
    assert texts(place).keys() == {("agreement-credits", "CL-1")}
    assert actions(place) == []


@pytest.mark.covers("D23")
def test_what_a_client_may_read_can_not_name_another(place, manager) -> None:
    form = {"cause-direct": "It began with Bravo Travel", "show-cause-direct": "1"}
    refused = manager.post(CAUSE, **form)
    assert refused.status_code == 422
    assert "Alpha Electronics must not read of" in seen(refused)
    assert "It began with Bravo Travel</textarea>" in refused.text
    assert texts(place) == {}
    assert manager.post(CAUSE, **form | {"show-cause-direct": ""}).status_code == 303


def test_an_action_is_added_changed_completed_and_checked(place, manager) -> None:
    assert manager.post(f"{PAGE}/action", **ACTION, show="1").status_code == 303
    assert [(a.number, a.form.status) for a in actions(place)] == [(1, "open")]
    done = ACTION | {"show": "1", "status": "done", "evidence": ""}
    refused = manager.post(f"{PAGE}/action/1", **done)
    assert "Done needs its evidence" in seen(refused)
    manager.post(f"{PAGE}/action/1", **done | {"evidence": "Two people hired"})
    manager.post(
        f"{PAGE}/action/1",
        **done | {"status": "works", "evidence": "Two people hired", "effect": "Two areas now"},
    )
    (action,) = actions(place)
    assert (action.number, action.form.due, action.form.effect) == (
        1, date(2026, 12, 15), "Two areas now",
    )  # fmt: skip
    assert "Hire in a second area" in closing(place, "CL-1")
    assert "done, and it works; evidence: Two people hired; Two areas now" in closing(place, "CL-1")
    manager.post(f"{PAGE}/action", **ACTION | {"action": "Another one"})
    assert [a.number for a in actions(place)] == [1, 2]
    assert "Another one" not in closing(place, "CL-1")  # not marked for clients


@pytest.mark.covers("D1")
def test_a_correction_of_the_entry_corrects_the_text(place, manager) -> None:
    manager.post(CAUSE, **{"cause-direct": "A chnage", "show-cause-direct": "1"})
    seq = place.entries("written")[0].seq
    local = {"date": "2026-11-24", "time": "11:00"}
    writer = Holder(place, "SV-1")
    writer.post(f"/incident/INC-0001/correct/{seq}", text="A change", why="Typing", **local)
    assert texts(place)[("cause-direct", None)][0] == "A change"
    assert "Direct cause: A change" in closing(place, "CL-1")


@pytest.mark.parametrize(
    ("path", "form", "says"),
    [
        (CAUSE, {"cause-direct": "x", "cause-open": "y"}, "known and not established"),
        (CAUSE, {"cause-direct": "x" * 2001}, "Please write fewer words"),
        (f"{PAGE}/supplier/all", {"supplier-report": "Came", "day-supplier-report": "soon"},
         "Please give the day"),
        (f"{PAGE}/action", ACTION | {"due": "soon"}, "Please give the day"),
        (f"{PAGE}/action", ACTION | {"check": " "}, "how it will be checked"),
        (f"{PAGE}/action", ACTION | {"owner": "king"}, "Please choose the role"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_recorded(place, manager, path, form, says) -> None:
    answer = manager.post(path, **form)
    assert answer.status_code == 422
    assert says in seen(answer)
    assert texts(place) == {}
    assert actions(place) == []


def test_who_writes_for_no_report_is_refused(place, manager) -> None:
    for person in ("SV-1", "ERT-5", "CMT-4"):
        other = Holder(place, person)
        assert other.get(PAGE).status_code == 403
        assert other.post(CAUSE, **{"cause-direct": "x"}).status_code == 403
        assert "write-up" not in other.get("/incident/INC-0001").text
    assert manager.post(CAUSE, key="forged", **{"cause-direct": "x"}).status_code == 403
    assert texts(place) == {}


def test_what_is_not_there_is_said_so(place, manager) -> None:
    for path in (f"{PAGE}/nonsense/all", f"{PAGE}/action/7", "/incident/INC-9999/write-up"):
        assert manager.get(path).status_code == 404, path


def test_all_is_written_until_somebody_writes_more(place, manager) -> None:
    manager.post(CAUSE, **{"cause-direct": "Known"})
    assert manager.post(f"{PAGE}/complete").status_code == 303
    assert "All is written: the report is being drafted" in seen(manager.get(PAGE))
    with place.inst.journal.read() as session:
        assert write_up.is_complete(timeline.entries(session, "INC-0001"), "CL-2")
    manager.post(CAUSE, **{"cause-direct": "Known better"})
    with place.inst.journal.read() as session:
        assert not write_up.is_complete(timeline.entries(session, "INC-0001"))


def test_a_missing_supplier_report_names_the_day_of_the_supplement(place, manager) -> None:
    form = {"supplement": "The carrier's report", "day-supplement": "2026-12-04",
            "show-supplement": "1"}  # fmt: skip
    manager.post(f"{PAGE}/supplier/all", **form)
    report = closing(place, "CL-1")
    assert "outstanding; a supplement follows by Fri 4 Dec 2026: The carrier's report" in report
    came = {"supplier-report": "A router failed; attached as page 3", "supplement": "",
            "day-supplier-report": "2026-12-03", "show-supplier-report": "1"}  # fmt: skip
    manager.post(f"{PAGE}/supplier/all", **came)
    assert "outstanding" not in closing(place, "CL-1")
    assert "Thu 3 Dec 2026: A router failed; attached as page 3" in closing(place, "CL-1")


def test_the_clients_acknowledgement_stands_in_the_approval(place, manager) -> None:
    form = {"acknowledged": "By mail, no objection", "day-acknowledged": "2026-12-01",
            "show-acknowledged": "1"}  # fmt: skip
    manager.post(f"{PAGE}/acknowledgement/CL-1", **form)
    words = "Client's acknowledgement: Tue 1 Dec 2026: By mail, no objection"
    assert words in closing(place, "CL-1")
    assert words not in closing(place, "CL-2")
    assert place.clock.now() > datetime(2026, 11, 24, tzinfo=UTC)
