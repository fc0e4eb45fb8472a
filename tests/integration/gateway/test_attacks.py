"""What somebody with bad intent would try at the gateway's open doors, and what happens."""

from __future__ import annotations

import re

import pytest
import requests

from kitart.journal import approvals
from kitart.journal.approvals import Question
from kitart.messaging import questions
from kitart.messaging.alarm import ack_link
from kitart.messaging.asking import decide_link

SCRIPT = "<script>alert(1)</script>"
INJECTED = [
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "%(name)s {name} {0.__class__}",
    "'; DROP TABLE approvals; --",
    "\r\nSet-Cookie: kitart=stolen\r\n\r\n",
    "=HYPERLINK(\"http://evil.example\")",
    "a\x00b\u202egnp.exe",
]  # fmt: skip


def asked(place, person: str = "ERT-1") -> str:
    """A question to the person: its link."""
    place.post_alerts(place.alert())
    place.eventually(lambda: place.incidents(), "the incident")
    now = place.clock.now()
    with place.inst.journal.write() as session:
        question: Question = questions.priority(session, place.plan, "INC-0001", now)
        row = approvals.ask(session, question, person, now=now)
    return decide_link(place.inst, row, person, now)


def post(link: str, **form: str) -> requests.Response:
    return requests.post(link, data=form, timeout=10)


@pytest.mark.parametrize("words", INJECTED)
def test_words_are_words_whatever_they_look_like(place, words) -> None:
    link = asked(place)
    page = post(link, answer="P2", note=words)
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert SCRIPT not in page.text
    assert "onerror=alert" not in re.sub(r"&\w+;|&#\d+;", "", page.text) or "<img" not in page.text
    assert "49" not in re.findall(r"In words: ([^<]*)", page.text)
    (entry,) = [e for e in place.entries("decided") if e.data["kind"] == "priority"]
    assert "\x00" not in entry.text
    assert place.entries("reported"), "the record stands"


def test_an_alerts_own_words_are_shown_as_they_are(place) -> None:
    alert = place.alert()
    alert["annotations"] = {"summary": f"{SCRIPT} {{{{ 7*7 }}}}"}
    place.post_alerts(alert)
    place.eventually(lambda: place.texts_to("ERT-1"), "the alarm")
    page = requests.get(ack_link(place.inst, "INC-0001", "ert", "ERT-1"), timeout=10)
    assert SCRIPT not in page.text
    assert "49" not in page.text.split("<main>")[1].split("time")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/..%2f..%2fetc/passwd", "/a/../../etc/passwd", "/a/%2e%2e%2f%2e%2e%2fjournal.db",
        "/d/1/draft", "/d/..%2f1/draft", "/static/../journal.db", "/webhooks/../../journal.db",
        "/a/" + "A" * 8000,
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_pages(place, path) -> None:
    answer = requests.get(f"{place.server.url}{path}", timeout=10)
    assert answer.status_code in (400, 401, 403, 404, 405, 410, 414), answer.status_code
    assert "root:" not in answer.text
    assert b"SQLite format" not in answer.content


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xff\xfe\x00answer=take", {}),
        (b"answer=take&" * 5000, {}),
        (b'{"answer": "take"}', {"Content-Type": "application/json"}),
        (b"--x\r\nContent-Disposition: form-data; name=answer\r\n\r\ntake\r\n--x--",
         {"Content-Type": "multipart/form-data; boundary=x"}),
        (b"answer[]=take&answer[0]=take", {}),
        (b"", {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
)  # fmt: skip
def test_a_body_that_no_page_of_ours_sends_answers_nothing(place, body, headers) -> None:
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to("ERT-1"), "the alarm")
    link = ack_link(place.inst, "INC-0001", "ert", "ERT-1")
    answer = requests.post(link, data=body, headers=headers, timeout=10)
    assert answer.status_code in (200, 413, 422), answer.status_code
    assert not place.entries("ack received")
    assert post(link, answer="take").status_code == 200
    assert place.entries("ack received")


def test_hundreds_of_made_up_links_open_nothing_and_lock_nobody_out(place) -> None:
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to("ERT-1"), "the alarm")
    real = ack_link(place.inst, "INC-0001", "ert", "ERT-1")
    token = real.rsplit("/", 1)[-1]
    with requests.Session() as session:
        for n in range(300):
            forged = token[:-5] + f"{n:05}"
            if forged != token:
                answer = session.post(
                    real.replace(token, forged), data={"answer": "take"}, timeout=10
                )
                assert answer.status_code == 403
    assert not place.entries("ack received")
    # The real person is not locked out by it.
    assert post(real, answer="take").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing(place, method) -> None:
    link = asked(place)
    answer = requests.request(method, link, data={"answer": "P1"}, timeout=10)
    assert answer.status_code == 405
    assert not [e for e in place.entries("decided") if e.data["kind"] == "priority"]


def test_no_page_tells_the_address_it_came_from_or_what_runs_here(place) -> None:
    link = asked(place)
    answer = requests.get(link, timeout=10)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert link.rsplit("/", 1)[-1] not in answer.text, "the token stands in the address alone"
    for path in ("/docs", "/redoc"):
        assert requests.get(f"{place.server.url}{path}", timeout=10).status_code == 404
