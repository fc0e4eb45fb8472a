"""Agents write SMS: call-outs, the roll-call, "I can't work", over real sockets (R17, E7, E18)."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from kitart.journal import cover, outage_reports, roll_calls
from kitart.journal.tables import OutageReport, Reply
from kitart.messaging import roll_call
from kitart.messaging.texts import sms_parts
from tests.integration.gateway.calling_out import (
    ENGLISH,
    HUNGARIAN,
    OUT,
    call_out,
    called,
    change,
    entries,
    out,
)
from tests.integration.gateway.test_replies_by_sms import send
from tests.unit.journal.hearing import heard

MALAYSIA = "AG-017"
MOST_PARTS = 2


def says(place: Any, agent: str, body: str, **more: str) -> str:
    phone = next(c.address for c in place.plan.agent(agent).channels if c.kind == "sms")
    said = str(send(place, phone, body, **more))
    assert sms_parts(said) <= MOST_PARTS, f"{len(said)}: {said}"
    return said


def rows(place: Any) -> list[OutageReport]:
    with place.inst.journal.read() as session:
        return session.query(OutageReport).order_by(OutageReport.id).all()


def standing(place: Any, agent: str) -> OutageReport | None:
    with place.inst.journal.read() as session:
        return outage_reports.of_agent(session, agent)


def outcomes(place: Any) -> list[str]:
    with place.inst.journal.read() as session:
        return [reply.outcome for reply in session.query(Reply).order_by(Reply.id)]


# --- "I can't work" ------------------------------------------------------------------------------


@pytest.mark.covers("R17")
def test_out_reports_asks_whether_safe_and_ok_takes_it_back(place) -> None:
    said = says(place, OUT, "Nincs áram")
    assert said.startswith("Rögzítve: AG-014 nem tud dolgozni, INC-0001. Biztonságban van?")
    row = standing(place, OUT)
    assert row is not None
    assert (row.what, row.safe, row.role, row.incident) == ("power", "unknown", "agent", "INC-0001")
    place.eventually(lambda: place.texts_to("ERT-1"), "the first alarm")
    assert "biztonságban van. Ha újra" in says(place, OUT, "1")
    row = standing(place, OUT)
    assert row is not None
    assert (row.what, row.safe) == ("power", "yes")
    assert "AG-014 újra dolgozik" in says(place, OUT, "OK")
    assert standing(place, OUT) is None
    assert len(entries(place, "agent back")) == 1
    assert "Nincs érvényes bejelentése" in says(place, OUT, "OK")


@pytest.mark.covers("E17", "D13")
@pytest.mark.parametrize("second", ["2", "no", "3", "help"])
def test_who_is_not_safe_reads_the_emergency_number_first(place, second) -> None:
    place.clock.advance(hours=17)  # at work in Malaysia
    said = says(place, MALAYSIA, "no electricity")
    assert said == (
        "Recorded: AG-017 can't work, INC-0001. Are you safe? Reply 1 yes, 2 no or need help. "
        "Works again? Reply OK."
    )
    said = says(place, MALAYSIA, second)
    assert said.startswith("In danger? Call 999 now. Recorded: not safe; AG-017 can't work")
    row = standing(place, MALAYSIA)
    assert row is not None
    assert (row.what, row.safe) == ("power", "no" if second in ("2", "no") else "help")
    assert "you are safe" in says(place, MALAYSIA, "1")


@pytest.mark.covers("E17")
def test_a_word_of_danger_is_heard_whatever_waits(place) -> None:
    out(place)
    call = call_out(place, HUNGARIAN)
    said = says(place, HUNGARIAN, "Tűz van!")
    assert said.startswith("Veszélyben van? Hívja most: 112")
    row = standing(place, HUNGARIAN)
    assert row is not None
    assert row.safe == "help"
    assert called(place, call).state == cover.ASKED


def test_after_an_hour_a_number_is_no_answer_to_whether_safe(place) -> None:
    says(place, OUT, "KI")
    place.clock.advance(minutes=61)
    assert "nem várunk Öntől választ" in says(place, OUT, "2")
    row = standing(place, OUT)
    assert row is not None
    assert row.safe == "unknown"


def test_who_is_not_at_work_opens_no_incident(place) -> None:
    said = says(place, ENGLISH, "out")
    assert "AG-032 can't work; no shift now, so no incident" in said
    assert place.incidents() == []


def test_thanks_and_numbers_report_nothing(place) -> None:
    for body in ("Köszönöm!", "1", "igen", "", "2"):
        assert "Nem tud dolgozni? Válasz: KI" in says(place, OUT, body)
    assert rows(place) == []
    assert place.incidents() == []


def test_one_sms_handed_over_twice_is_taken_once(place) -> None:
    first = says(place, OUT, "KI", sid="SM1")
    says(place, OUT, "OK", sid="SM2")
    assert says(place, OUT, "KI", sid="SM1") == first
    assert standing(place, OUT) is None
    assert outcomes(place) == ["recorded", "recorded"]


def test_what_a_crash_left_half_done_is_done_once(place) -> None:
    says(place, OUT, "KI", sid="SM1")
    with place.inst.journal.write() as session:
        row = session.query(Reply).one()
        row.outcome, row.said = "received", ""
    assert "AG-014 nem tud dolgozni, INC-0001" in says(place, OUT, "KI", sid="SM1")
    assert len(rows(place)) == 1
    assert len(entries(place, "agent offline")) == 1


# --- call-outs -----------------------------------------------------------------------------------


@pytest.mark.covers("E7", "R20")
@pytest.mark.parametrize(
    ("body", "state", "words"),
    [
        ("1", cover.ACCEPTED, "recorded, you start by 10:30 CET: BRAVO, German"),
        ("Yes", cover.ACCEPTED, "recorded, you start by"),
        ("2", cover.DECLINED, "recorded, you can't"),
        ("no sorry", cover.DECLINED, "recorded, you can't"),
        ("3", cover.LATER, "you can start at 11:00 CET"),
        ("3 45", cover.LATER, "you can start at 10:45 CET"),
        ("3 14:30", cover.LATER, "you can start at 14:30 CET"),
        ("3 20", cover.ACCEPTED, "recorded, you start by"),
        ("c1 1", cover.ACCEPTED, "recorded, you start by"),
    ],
)
def test_a_call_for_cover_is_answered_by_number(place, body, state, words) -> None:
    out(place)
    call = call_out(place, ENGLISH)
    assert words in says(place, ENGLISH, body)
    row = called(place, call)
    assert (row.state, row.via) == (state, "sms")
    (entry,) = entries(place, "backup accepted", "backup declined", "backup later")
    assert entry.text.endswith("; by SMS")
    assert entry.data["via"] == "sms"


@pytest.mark.covers("E8")
@pytest.mark.parametrize("body", ["3 soon", "3 25:99"])
def test_a_time_that_is_none_is_asked_for_again(place, body) -> None:
    out(place)
    call = call_out(place, ENGLISH)
    assert "reply 3 45 (in 45 minutes)" in says(place, ENGLISH, body)
    assert called(place, call).state == cover.ASKED


def test_of_several_that_wait_the_answer_names_one(place) -> None:
    out(place)
    first = call_out(place, ENGLISH)
    change(place, first, cover.LAPSED)
    second = call_out(place, ENGLISH)
    said = says(place, ENGLISH, "1")
    assert f"C{second}: BRAVO, German? 1 yes, 2 no, 3 later" in said
    assert entries(place, "sms not counted")[0].text.endswith("not clear to what")
    assert "you start by" in says(place, ENGLISH, f"C{second} 1")
    assert called(place, second).state == cover.ACCEPTED
    assert "not needed any more" in says(place, ENGLISH, f"C{first} 1")
    assert "Nothing waits" not in says(place, ENGLISH, "C99 1")


def test_words_that_answer_nothing_are_asked_back_while_a_call_waits(place) -> None:
    out(place)
    call_out(place, ENGLISH)
    said = says(place, ENGLISH, "who is this?")
    assert said.startswith("Not understood.")
    assert standing(place, ENGLISH) is None


@pytest.mark.covers("E9")
def test_a_promise_is_taken_back_by_2(place) -> None:
    out(place)
    call = call_out(place, ENGLISH)
    says(place, ENGLISH, "1")
    assert "recorded, you can't" in says(place, ENGLISH, "2")
    assert called(place, call).state == cover.DECLINED


def test_who_was_stood_down_hears_it(place) -> None:
    out(place)
    call = call_out(place, ENGLISH)
    change(place, call, cover.STOOD_DOWN)
    assert "not needed any more" in says(place, ENGLISH, f"C{call} 1")


# --- the roll-call -------------------------------------------------------------------------------


@pytest.mark.covers("E18")
@pytest.mark.parametrize(
    ("body", "answer", "safe", "words"),
    [
        ("1", roll_calls.WORKS, None, "biztonságban van és tud dolgozni"),
        ("2", roll_calls.CANNOT, "yes", "biztonságban van, de nem tud dolgozni"),
        ("3", roll_calls.HELP, "help", "Veszélyben van? Hívja most: 112"),
        ("R1 2", roll_calls.CANNOT, "yes", "nem tud dolgozni"),
    ],
)
def test_the_roll_call_is_answered_by_number(place, body, answer, safe, words) -> None:
    out(place, "AG-013")
    assert roll_call.begin(place.inst, "INC-0001", [OUT]) == (OUT,)
    assert words in says(place, OUT, body)
    with place.inst.journal.read() as session:
        row = roll_calls.newest(session, "INC-0001", OUT)
    assert row is not None
    assert (row.answer, row.via) == (answer, "sms")
    report = standing(place, OUT)
    assert (report.safe if report else None) == safe
    assert len(entries(place, "roll-call answered")) == 1


@pytest.mark.covers("E18", "E17")
def test_an_answer_to_the_roll_call_may_get_worse(place) -> None:
    out(place, "AG-013")
    roll_call.begin(place.inst, "INC-0001", [OUT])
    says(place, OUT, "1")
    assert "112" in says(place, OUT, "3")
    report = standing(place, OUT)
    assert report is not None
    assert report.safe == "help"
    says(place, OUT, "1")
    assert standing(place, OUT) is None


def test_words_with_a_cause_answer_the_roll_call_too(place) -> None:
    out(place, "AG-013")
    roll_call.begin(place.inst, "INC-0001", [OUT])
    assert "INC-0001" in says(place, OUT, "elment az áram")
    with place.inst.journal.read() as session:
        assert roll_calls.waiting_for(session, OUT) == []
    place.clock.advance(minutes=6)
    with place.inst.journal.read() as session:
        assert roll_call.due(session, place.clock.now() + timedelta(days=1)) == []


def test_a_reply_wakes_no_run_of_another_incident(place) -> None:
    says(place, OUT, "Nincs áram")
    with closing(place.inst.journal.watch("INC-0009")) as run:
        heard(run, within_s=0.5)
        says(place, OUT, "Köszönöm")
        assert not heard(run, within_s=0.5)
