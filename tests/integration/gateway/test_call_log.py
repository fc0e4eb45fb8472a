"""Calls logged by hand, over real sockets: each form once, nothing forbidden, CSV (R46)."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from kitart.alerts.opening import open_or_join
from kitart.journal import by_word, call_log, timeline
from kitart.journal.tables import LoggedCall
from kitart.messaging import client_questions
from kitart.messaging.agent_links import new_link
from tests.integration.gateway.test_supervisors_report import Signed

pytestmark = pytest.mark.covers("R46")

JSON = {"Accept": "application/json"}
CALL = {
    "form": "form-0001", "line": "BRAVO/en/line-22", "day": "2026-11-24", "start": "17:00",
    "end": "17:06", "reason": "fault", "urgency": "urgent", "identified": "none",
    "description": "The suitcase did not arrive", "result": "message", "clean": "yes",
}  # fmt: skip


def rows(place) -> list[LoggedCall]:
    with place.inst.journal.read() as session:
        return session.query(LoggedCall).order_by(LoggedCall.id).all()


def send(address: str, form=None, **options) -> requests.Response:
    return requests.post(address, data=form, timeout=10, **({"headers": JSON} | options))


@pytest.fixture
def log(place) -> str:
    return f"{new_link(place.inst, 'AG-017', by='operator')}/log"


def test_a_form_is_taken_once_however_often_it_is_sent(place, log) -> None:
    first = send(log, CALL).json()
    assert first == {"number": "AG-017-20261124-001", "new": True}
    for _ in range(3):
        assert send(log, CALL).json() == {"number": "AG-017-20261124-001", "new": False}
    (row,) = rows(place)
    assert (row.project, row.language, row.line, row.urgent) == ("BRAVO", "en", "line-22", True)
    assert f"{row.started_at:%H:%M}" == "09:00", "17:00 in Kuala Lumpur"
    assert f"{row.ended_at:%H:%M}" == "09:06"
    assert row.fields["description"] == "The suitcase did not arrive"


def test_two_devices_with_one_number_get_two(place, log) -> None:
    numbers = [
        send(log, CALL | {"form": f"form-{n:04d}", "number": "1"}).json()["number"]
        for n in range(3)
    ]
    assert [number[-3:] for number in numbers] == ["001", "002", "003"]
    far = send(log, CALL | {"form": "form-0009", "number": "40"}).json()["number"]
    assert far.endswith("-040")


def test_a_queue_sent_from_several_tabs_at_once_arrives_once(place, log) -> None:
    forms = [CALL | {"form": f"form-{n % 5:04d}", "number": str(n % 5 + 1)} for n in range(30)]
    with ThreadPoolExecutor(8) as pool:
        assert {r.status_code for r in pool.map(lambda form: send(log, form), forms)} == {200}
    assert len(rows(place)) == 5
    assert len({row.running_number for row in rows(place)}) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"description": "card 4111 1111 1111 1111"},
        {"caller_name": "5500-0000-0000-0004"},
        {"description": ""},
        {"description": "x" * 1001},
        {"clean": ""},
        {"reason": "whatever"},
        {"result": "callback", "consent": "yes"},
        {"result": "callback", "callback_number": "+36 1 234 5678"},
        {"line": "ALPHA/de/line-11"},
        {"line": "BRAVO/en/line-99"},
        {"start": "late"},
        {"day": "2026-13-01"},
        {"day": "2026-11-25"},
        {"day": "2026-11-01"},
        {"day": "9999-12-31", "start": "23:59"},
        {"agent": "AG-018"},
    ],
)
def test_a_form_that_cannot_be_kept_says_why_and_is_not_kept(place, log, wrong) -> None:
    said = send(log, CALL | wrong)
    assert said.status_code == 422
    assert len(said.json()["problem"]) > 10
    page = send(log, CALL | wrong, headers={})
    assert page.status_code == 422
    assert "Nothing has been recorded" in page.text
    assert rows(place) == []


def test_without_a_script_the_page_itself_takes_the_form(place, log) -> None:
    page = send(log, CALL | {"description": "<b>ö</b>"}, headers={})
    assert page.status_code == 200
    assert "Taken: form AG-017-20261124-001." in page.text
    back = send(log, CALL | {"form": "form-0002", "description": "Kept words", "clean": ""},
                headers={})  # fmt: skip
    assert "Kept words" in back.text


def test_links_that_do_not_open_the_page_take_no_form(place, log) -> None:
    newer = new_link(place.inst, "AG-017", by="operator")
    for address, status in ((log, 410), (f"{place.server.url}/o/x/log", 403)):
        answer = send(address, CALL)
        assert answer.status_code == status
        assert "problem" in answer.json()
        assert requests.get(address, timeout=10).status_code == status
    assert send(f"{newer}/log", b"x" * 1_100_000).status_code == 413
    assert send(f"{newer}/log", b"\xff\x00").status_code == 422
    assert rows(place) == []


def test_the_script_comes_from_us_and_may_speak_to_us_alone(place, log) -> None:
    page = requests.get(log, timeout=10)
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    script = requests.get(f"{place.server.url}/log.js", timeout=10)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert " on" not in page.text.partition("<main>")[2].replace(" on ", "").split("<form")[0]


@pytest.mark.covers("D23")
def test_supervisors_export_their_projects_alone_and_no_cell_is_a_formula(place, log) -> None:
    evil = {
        "description": '=HYPERLINK("http://x","y")', "caller_name": "@SUM(A1)",
        "callback_number": "+3612345678", "product": "-1+1", "preferred": " =1+1",
        "consent": "yes",
    }  # fmt: skip
    send(log, CALL | evil)
    supervisor = Signed(place, "SV-2")
    answer = supervisor.get("/log.csv?project=BRAVO")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(head) == len(row)
    found = dict(zip(head, row, strict=True))
    assert found["Form number"] == "AG-017-20261124-001"
    assert found["Start"] == "17:00"
    assert found["Name, as given"] == "'@SUM(A1)"
    assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    for project in ("CHARLIE", "ALPHA", "", "../BRAVO"):
        assert supervisor.get(f"/log.csv?project={project}").status_code == 403
    assert "forms: 1, urgent: 1" in supervisor.get("/log").text


def test_a_supervisor_writes_for_an_agent_with_the_pages_key(place) -> None:
    supervisor = Signed(place, "SV-2")
    form = CALL | {"agent": "AG-018", "start": "09:50", "end": ""}
    assert supervisor.post("/log", form | {"form_key": "x"}, headers=JSON).status_code == 403
    assert supervisor.post("/log", form, headers=JSON).json()["number"] == "AG-018-20261124-001"
    assert supervisor.post("/log", form | {"agent": "AG-014"}, headers=JSON).status_code == 422
    assert send(f"{place.server.url}/log", form).status_code == 401
    (row,) = rows(place)
    assert (row.agent, row.written_by) == ("AG-018", "SV-2")


def test_forms_belong_to_the_incident_for_which_calls_are_logged_by_hand(place, log) -> None:
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
    assert number in requests.get(log, timeout=10).text
    send(log, CALL)
    other = f"{new_link(place.inst, 'AG-014', by='operator')}/log"
    send(other, CALL | {"line": "CHARLIE/hu/line-31", "start": "10:00", "end": ""})
    assert [row.incident for row in rows(place)] == [number, None]
    place.clock.advance(minutes=30)
    with place.inst.journal.write() as session:
        asked = client_questions.manual_log_stop(session, place.plan, number, place.clock.now())
        assert asked.known[0] == "Forms in the call log: 1"
        timeline.append(
            session, number, by_word.LOGGING_ENDED, "Forms: 1", now=place.clock.now(),
            author="supervisor", source="person", data={"answer_of": 2},
        )  # fmt: skip
    place.clock.advance(minutes=30)
    # A form that waited on a device still belongs to it; a call after the end does not.
    send(log, CALL | {"form": "form-0002", "start": "17:20", "end": ""})
    send(log, CALL | {"form": "form-0003", "start": "17:50", "end": ""})
    assert [row.incident for row in rows(place)][2:] == [number, None]
    with place.inst.journal.read() as session:
        assert call_log.of_incident(session, number) == 2
