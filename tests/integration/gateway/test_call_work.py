"""Forms of calls logged by hand are worked off: entered, checked, void, called back, counted."""

from __future__ import annotations

import csv
import io

import pytest
import requests

from kitart.alerts.opening import open_or_join
from kitart.journal import by_word, call_forms, timeline
from kitart.messaging import client_questions
from kitart.messaging.agent_links import new_link
from tests.integration.gateway.test_call_log import CALL, JSON, send
from tests.integration.gateway.test_supervisors_report import Signed

pytestmark = pytest.mark.covers("R46")

CALLBACK = {
    "result": "callback", "callback_number": "+36 1 234 5678", "consent": "yes",
    "promise": "A call back by noon",
}  # fmt: skip


@pytest.fixture
def log(place) -> str:
    return f"{new_link(place.inst, 'AG-017', by='operator')}/log"


@pytest.fixture
def number(place) -> str:
    """An incident for which calls are logged by hand."""
    now = place.clock.now()
    with place.inst.journal.write() as session:
        number = open_or_join(
            session, place.plan, "CLIENT-CRM-2", reported_by="operator", seen="No records",
            cause_at=now, now=now,
        ).incident.number  # fmt: skip
        timeline.append(
            session, number, by_word.LOGGING_STARTED, "Calls are logged by hand", now=now,
            author="supervisor", source="person", data={"answer_of": 1},
        )  # fmt: skip
    return number


def forms(place) -> list:
    with place.inst.journal.read() as session:
        return call_forms.of_projects(session, [p.id for p in place.plan.projects])


def entries(place, number: str, type: str) -> list:
    with place.inst.journal.read() as session:
        return timeline.entries(session, number, type)


def test_a_form_is_entered_later_and_checked_by_somebody_else(place, log, number) -> None:
    send(log, CALL)
    one, other = Signed(place, "SV-2"), Signed(place, "AM-2")
    (row,) = forms(place)
    page = one.get(f"/log/forms/{row.id}").text
    for words in ("AG-017-20261124-001", "The suitcase did not arrive", "17:00–17:06", number):
        assert words in page
    place.clock.advance(minutes=90)
    kept = one.post(f"/log/forms/{row.id}", {"do": "enter", "ticket": "T-77", "differences": ""})
    assert kept.status_code == 200
    assert "Entered later by SV-2" in kept.text
    (row,) = forms(place)
    after = call_forms.after(row)
    assert (after["entered_by"], after["ticket"]) == ("SV-2", "T-77")
    assert f"{row.started_at:%H:%M}" == "09:00", "the call keeps its own time"
    own = one.post(f"/log/forms/{row.id}", {"do": "check"})
    assert own.status_code == 422
    assert "Somebody else must check what you entered" in own.text
    checked = other.post(f"/log/forms/{row.id}", {"do": "check", "differences": "name misspelt"})
    assert "Ellenőrizte: AM-2" in checked.text
    (row,) = forms(place)
    assert call_forms.after(row)["differences"] == "name misspelt"


def test_what_was_done_with_a_form_stands_in_the_csv(place, log) -> None:
    send(log, CALL | CALLBACK)
    one = Signed(place, "SV-2")
    (row,) = forms(place)
    one.post(f"/log/forms/{row.id}", {"do": "enter", "ticket": "=T-77"})
    one.post(f"/log/forms/{row.id}", {"do": "callback", "result": "Nobody answers"})
    one.post(f"/log/forms/{row.id}", {"do": "callback", "result": "Settled", "done": "yes"})
    answer = one.get("/log.csv?project=BRAVO")
    head, cells = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = dict(zip(head, cells, strict=True))
    assert found["Entered by, at"].startswith("SV-2, 2026-11-24T")
    assert found["Ticket number"] == "'=T-77"
    assert "Nobody answers" in found["Callback attempts, result"]
    assert found["Callback attempts, result"].endswith("SV-2: Settled (done)")


def test_a_promised_callback_is_to_do_until_it_is_ticked_off(place, log) -> None:
    send(log, CALL | CALLBACK)
    one = Signed(place, "SV-2")
    (row,) = forms(place)
    one.post(f"/log/forms/{row.id}", {"do": "enter", "ticket": "T-77"})
    assert "Nothing is left to do." not in one.get("/log/forms").text
    one.post(f"/log/forms/{row.id}", {"do": "callback", "result": "Nobody answers"})
    assert "callback promised" in one.get("/log/forms").text
    one.post(f"/log/forms/{row.id}", {"do": "callback", "result": "Settled", "done": "yes"})
    assert "Nothing is left to do." in one.get("/log/forms").text
    again = one.get(f"/log/forms/{row.id}").text
    assert "Nobody answers" in again
    assert "Settled ✓ done" in again


@pytest.mark.parametrize(
    ("first", "then", "says"),
    [
        ({"do": "void", "reason": "twice"}, {"do": "enter", "ticket": "T"}, "This form is void."),
        ({"do": "enter", "ticket": "T"}, {"do": "void", "reason": "no"}, "was entered already"),
        ({"do": "enter", "ticket": "T"}, {"do": "enter", "ticket": "U"}, "was entered already"),
        ({"do": "void", "reason": "twice"}, {"do": "callback", "result": "x"}, "is void"),
        ({}, {"do": "check"}, "not entered yet"),
        ({}, {"do": "enter", "ticket": " "}, "A few words are needed"),
        ({}, {"do": "void", "reason": ""}, "A few words are needed"),
        ({}, {"do": "enter", "ticket": "4111 1111 1111 1111"}, "looks like a card number"),
        ({}, {"do": "enter", "ticket": "T", "differences": "4111111111111111"}, "card number"),
        ({}, {"do": "delete"}, "not one of the answers"),
    ],
)
def test_what_does_not_go_is_said_and_nothing_is_recorded(place, log, first, then, says) -> None:
    send(log, CALL)
    one = Signed(place, "SV-2")
    (row,) = forms(place)
    if first:
        one.post(f"/log/forms/{row.id}", first)
    before = forms(place)[0].fields
    no = one.post(f"/log/forms/{row.id}", then)
    assert no.status_code == 422
    assert says in no.text
    assert forms(place)[0].fields == before


@pytest.mark.covers("D23")
def test_forms_are_for_those_of_the_project_alone(place, log) -> None:
    send(log, CALL)
    (row,) = forms(place)
    stranger = Signed(place, "SV-3")
    assert stranger.get(f"/log/forms/{row.id}").status_code == 404
    assert stranger.post(f"/log/forms/{row.id}", {"do": "void", "reason": "x"}).status_code == 404
    assert "AG-017" not in stranger.get("/log/forms").text
    assert Signed(place, "ERT-1").get("/log/forms").status_code == 403
    assert requests.get(f"{place.server.url}/log/forms", timeout=10).status_code == 401
    one = Signed(place, "SV-2")
    forged = one.post(f"/log/forms/{row.id}", {"do": "void", "reason": "x", "form_key": "y"})
    assert forged.status_code == 403
    assert one.get("/log/forms/999").status_code == 404
    assert call_forms.state_of(forms(place)[0]) == "open"


def test_the_count_is_shown_explained_and_recorded(place, log, number) -> None:
    send(log, CALL | {"number": "1"})
    send(log, CALL | {"form": "form-0002", "number": "3", "urgency": "normal"})
    one = Signed(place, "SV-2")
    page = " ".join(one.get("/log/forms").text.split())
    assert "Forms issued: 3 = entered: 0 + void: 0" in page
    assert "still to enter: 2 + numbers without a form: 1" in page
    assert "AG-017-20261124-002" in page
    with place.inst.journal.read() as session:
        asked = client_questions.manual_log_stop(session, place.plan, number, place.clock.now())
    assert asked.known[:2] == ["Forms in the call log: 2", "Numbers without a form: 1"]
    silent = one.post("/log/forms", {"incident": number, "note": ""})
    assert silent.status_code == 422
    for row in forms(place):
        one.post(f"/log/forms/{row.id}", {"do": "enter", "ticket": "T"})
    said = one.post("/log/forms", {"incident": number, "note": "002 was never handed out"})
    assert said.status_code == 200
    (entry,) = entries(place, number, call_forms.RECONCILED)
    assert "issued 3, entered 2, void 0, still to enter 0, numbers without a form 1" in entry.text
    assert "explained: 002 was never handed out" in entry.text
    assert entry.author == "supervisor"
    with place.inst.journal.read() as session:
        rows = call_forms.of_incident(session, number)
        assert entry.data["checksum"] == call_forms.digest(rows)


def test_an_urgent_form_that_was_not_entered_the_same_day_is_overdue(place, log) -> None:
    send(log, CALL)
    place.clock.advance(hours=30)
    page = Signed(place, "SV-2").get("/log/forms").text
    assert "overdue since" in page


def test_the_count_of_another_projects_incident_is_nobodys_to_record(place, log, number) -> None:
    send(log, CALL)
    stranger = Signed(place, "SV-3")
    assert stranger.post("/log/forms", {"incident": number, "note": "x"}).status_code == 404
    assert Signed(place, "SV-2").post("/log/forms", {"incident": "INC-0099"}).status_code == 404
    assert entries(place, number, call_forms.RECONCILED) == []
    assert send(log, CALL, headers=JSON).status_code == 200


def test_a_form_that_can_not_be_read_is_refused_on_a_page(place, log) -> None:
    send(log, CALL)
    one = Signed(place, "SV-2")
    (row,) = forms(place)
    for path in ("/log/forms", f"/log/forms/{row.id}"):
        assert one.post(path, b"x" * 1_100_000).status_code == 413
        assert one.post(path, b"\xff\x00").status_code in (403, 422)
