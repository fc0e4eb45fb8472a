"""The board for who is signed in, over real sockets (D5, D20, D22)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from kitart.alerts.opening import open_or_join
from kitart.journal import (
    acknowledgements,
    approvals,
    incidents,
    observations,
    outage_reports,
    plans,
    timeline,
)
from kitart.journal.incidents import Report
from kitart.messaging import questions
from tests.held_elsewhere import hold, holds_last
from tests.integration.gateway.signed_in import Holder

pytestmark = pytest.mark.covers("D20", "D5")


def open_vcc(place: Any) -> None:
    now = place.clock.now()
    with place.inst.journal.write() as session:
        open_or_join(
            session, place.plan, "VCC", reported_by="monitor alertmanager",
            seen="AG-014 hears nothing", cause_at=now, now=now,
        )  # fmt: skip
        observations.add(session, "VCC", "down", "probe", "", now=now, incident="INC-0001")
    place.take_lease()


def ask_priority(place: Any, *people: str) -> int:
    now = place.clock.now()
    with place.inst.journal.write() as session:
        question = questions.priority(session, place.plan, "INC-0001", now)
        for person in people:
            row = approvals.ask(session, question, person, now=now)
        return row.id


def seen(response: requests.Response) -> str:
    """The words of a page, without its tags."""
    text = re.sub(r"<(script|style|head).*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@contextmanager
def counted(place: Any) -> Iterator[list[str]]:
    """The questions that the journal is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    sa.event.listen(place.inst.journal.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(place.inst.journal.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "path", ["/board", "/board/part", "/incident/INC-0001", "/incident/INC-0001/late"]
)
def test_nobody_who_is_not_signed_in_sees_it(place, path) -> None:
    answer = requests.get(f"{place.server.url}{path}", timeout=10)
    assert answer.status_code == 401
    assert 'href="/in"' in answer.text
    assert "INC-0001" not in seen(answer)


def test_a_forged_cookie_and_one_that_has_ended_sign_nobody_in(place) -> None:
    forged = requests.get(f"{place.server.url}/board", cookies={"kitart": "A" * 43}, timeout=10)
    assert forged.status_code == 401
    holder = Holder(place, "AM-2")
    assert holder.get("/board").status_code == 200
    cookie = dict(holder.browser.cookies)
    assert holder.sign_out().status_code == 200
    kept = requests.get(f"{place.server.url}/board", cookies=cookie, timeout=10)
    assert kept.status_code == 401


def test_with_nothing_open_it_is_calm(place) -> None:
    holder = Holder(place, "SV-1")
    assert "No incident is open" in seen(holder.get("/board"))
    assert "Its next test is planned for Tue 9 Feb 2027" in seen(holder.get("/board"))
    open_vcc(place)
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    assert "The last one was INC-0001 , Virtual Call Center offline" in seen(holder.get("/board"))


@pytest.mark.covers("R17", "R18", "R19", "A7", "D22")
def test_seats_needed_and_filled_for_each_queue_that_is_short(place) -> None:
    holder = Holder(place, "SV-1")
    page = seen(holder.get("/board"))
    assert "Agents who have said that they can't work: 0." in page
    assert "Cover level" not in page
    before = re.search(r"Queues that have what they need: (\d+)", page)
    assert before
    pulse = holder.get("/board").text.partition('data-pulse="')[2][:12]
    for agent in ("AG-014",):
        with place.inst.journal.write() as session:
            outage_reports.report(
                session, f"form of {agent}",
                outage_reports.Said(
                    agent=agent, project="CHARLIE", language="hu", area="HU-CS",
                    reported_by=agent, role="agent", safe="yes", what="power", can_move="no",
                    occurred_at=place.clock.now(), until=None,
                ),
                now=place.clock.now(),
            )  # fmt: skip
    answer = holder.get("/board")
    page = seen(answer)
    assert "CHARLIE/hu 2 of 3 filled level 1, mild: native speakers on standby" in page
    assert f"Queues that have what they need: {int(before[1]) - 1}." in page
    assert "Agents who have said that they can't work: 1." in page
    assert "Nobody has invoked it: the account manager decides." in page
    open_vcc(place)
    of_incident = seen(holder.get("/incident/INC-0001"))
    assert "Cover: seats of the projects affected" in of_incident
    assert "CHARLIE/hu 2 of 3 filled level 1, mild: native speakers on standby" in of_incident
    assert "AG-01" not in page, "how many, not who"
    assert answer.text.partition('data-pulse="')[2][:12] != pulse, "open pages fetch it"


def test_an_open_incident_with_its_clock_and_who_is_waited_for(place) -> None:
    open_vcc(place)
    ask_priority(place, "ERT-5")
    place.clock.advance(minutes=12)
    page = seen(Holder(place, "SV-1").get("/board"))
    assert "INC-0001: Virtual Call Center offline" in page
    assert "P1, critical (proposed, not decided yet)" in page
    assert "18 min 0 s left" in page
    assert "nobody yet" in page
    assert "An ERT member must take it" in page
    assert "Asked: ERT member ERT-5" in page
    assert "Not working Systems Virtual Call Center" in page
    assert "Waiting for you" not in page
    place.clock.advance(minutes=20)
    late = seen(Holder(place, "SV-1").get("/board"))
    assert "overdue by 2 min 0 s missed, not restored yet" in late


def test_what_waits_for_me_has_a_link_by_which_i_decide(place) -> None:
    open_vcc(place)
    row = ask_priority(place, "ERT-5")
    mine = Holder(place, "ERT-5")
    link = re.search(r'href="(/d/[^"]+)"', mine.get("/board").text)
    assert link is not None
    assert "Back to the board" in mine.get(link[1]).text
    mine.browser.post(f"{place.server.url}{link[1]}", data={"answer": "P2"}, timeout=10)
    with place.inst.journal.read() as session:
        found = approvals.get(session, row)
        assert (found.answer, found.answered_by) == ("P2", "ERT-5")
    assert "/d/" not in mine.get("/board").text


def test_the_alarm_waits_for_whom_it_asked_until_somebody_takes_it(place) -> None:
    place.post_alerts(place.alert())
    asked = place.eventually(
        lambda: [m.recipient for m in place.messages("ert-alarm") if m.state == "accepted"],
        "the first alarm",
    )
    mine = Holder(place, asked[0])
    page = mine.get("/board").text
    assert "Can you take it?" in page or "Vállalja" in page
    link = re.search(r'href="(/a/[^"]+)"', page)
    assert link is not None
    mine.browser.post(f"{place.server.url}{link[1]}", data={"answer": "take"}, timeout=10)
    assert "/a/" not in mine.get("/board").text
    reader = Holder(place, "SV-1")
    for state in (
        "alarm SMS delivered; answered by the person",
        "alarm mail taken by the provider, not known to have arrived; answered by the person",
    ):
        place.eventually(lambda: state in seen(reader.get("/incident/INC-0001")), state)  # noqa: B023


def test_an_exercise_says_so(place) -> None:
    open_vcc(place)
    with place.inst.journal.write() as session:
        incidents.get(session, "INC-0001").exercise = True
    for person, words in (("SV-1", "EXERCISE"), ("ERT-1", "GYAKORLAT")):
        holder = Holder(place, person)
        assert words in seen(holder.get("/board"))
        assert words in seen(holder.get("/incident/INC-0001"))


@pytest.mark.covers("D22")
@pytest.mark.parametrize(("person", "sees"), [("SV-1", True), ("CMT-3", False)])
def test_an_agents_code_is_for_those_who_work_with_it(place, person, sees) -> None:
    open_vcc(place)
    page = seen(Holder(place, person).get("/incident/INC-0001"))
    assert ("AG-014" in page) is sees


def test_the_headers_allow_our_own_files_and_no_others(place) -> None:
    answer = Holder(place, "AM-2").get("/board")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for path in re.findall(r'(?:src|href)="(/assets/[^"]+)"', answer.text):
        asset = requests.get(f"{place.server.url}{path}", timeout=10)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
        old = re.sub(r"/assets/\w+/", "/assets/0/", path)
        assert requests.get(f"{place.server.url}{old}", timeout=10).headers[
            "cache-control"] == "no-cache"  # fmt: skip
    assert requests.get(f"{place.server.url}/assets/0/board.html", timeout=10).status_code == 404
    assert "<script>" not in answer.text


def open_many(place: Any, count: int, first: int = 0) -> None:
    """Incidents that are open at once: as the general plan has them, each of its own cause."""
    now = place.clock.now()
    with place.inst.journal.write() as session:
        plans.keep(session, place.plan.hash, place.plan.snapshot(), now=now)
        for n in range(first, first + count):
            incident = incidents.open_or_join(
                session,
                Report(
                    kind="critical system offline", system_id="VCC", title=f"Fault {n}",
                    cause_at=now, reported_at=now, reported_by="monitor x",
                    priority_proposed="P2", plan_hash=place.plan.hash, cause=f"cause {n}",
                ),
                now=now, real_now=now,
            ).incident  # fmt: skip
            hold(incident)
            number = incident.number
            observations.add(session, "VCC", "down", "probe", "", now=now, incident=number)
            acknowledgements.record(
                session, number, "ert", "ERT-1", "ert", "take", via="link", now=now
            )
            timeline.append(session, number, "ack received", "It is taken", now=now)
            approvals.ask(
                session, questions.priority(session, place.plan, number, now), "SV-1", now=now
            )


def test_fifty_incidents_ask_the_journal_no_more_than_one_does(
    place, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds_last(monkeypatch)
    holder = Holder(place, "SV-1")
    open_many(place, 1)
    holder.get("/board")
    with counted(place) as few:
        holder.get("/board")
    open_many(place, 49, first=1)
    with counted(place) as many:
        page = holder.get("/board")
    assert "Open incidents: 50" in seen(page)
    # The watchman and the forms look now and then too.
    assert len(many) <= len(few) + 8, "\n".join(many)


def test_the_pages_are_light(place) -> None:
    holder = Holder(place, "AM-2")
    page = holder.get("/board")
    files = {
        path: len(requests.get(f"{place.server.url}{path}", timeout=10).content)
        for path in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
    }
    assert len(page.content) + sum(files.values()) < 30_000, files
    open_vcc(place)
    ask_priority(place, "AM-2")
    link = re.search(r'href="(/d/[^"]+)"', holder.get("/board").text)
    assert link is not None
    assert len(holder.get(link[1]).content) < 50_000


@pytest.mark.covers("E33")
def test_what_monitoring_sent_without_an_incident_is_there_to_be_seen(place) -> None:
    holder = Holder(place, "SV-1")
    assert "Alerts without an incident" not in seen(holder.get("/board"))
    pulse = holder.get("/board").text.partition('data-pulse="')[2][:12]
    for number in range(7):
        note = {"summary": f"Cup {number} is empty"}
        place.post_alerts(place.alert(service="tea", fingerprint=f"f{number}", annotations=note))
    place.post(b"{broken", "zabbix")
    answer = holder.get("/board")
    page = seen(answer)
    assert answer.text.partition('data-pulse="')[2][:12] != pulse
    assert "Alerts without an incident: 8" in page
    assert "zabbix · 10:00" in page
    assert "the post can&#39;t be read" in page
    assert "Cup 6 is empty alertmanager · 10:00" in page
    assert "no rule fits it" in page
    assert "Cup 1 is empty" not in page
    assert "3 more are not shown." in page
    assert "{broken" not in page
    note = {"summary": "AG-014 hears nothing"}
    place.post_alerts(place.alert(service="tea", fingerprint="agent", annotations=note))
    assert "AG-014" in seen(holder.get("/board"))
    assert "AG-014" not in seen(Holder(place, "CMT-3").get("/board"))
