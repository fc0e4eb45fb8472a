"""Recording what legal clocks follow from, on the page of their own (reports §5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitart.journal import approvals, incidents, legal
from kitart.messaging import questions
from kitart.reports.gathering import gather
from kitart.reports.scope import for_client
from kitart.rules.legal import clocks as c
from kitart.rules.legal.matter import ALL, COMPANY, towards
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import open_vcc, seen

PAGE = "/incident/INC-0001/legal"
AWARE = {"scope": COMPANY, "regime": "all", "reason": "The supplier confirmed the loss"}
AT_TEN = {"date": "2026-11-24", "time": "10:30"}  # in Budapest; 09:30 UTC


@pytest.fixture
def dpo(place) -> Holder:
    open_vcc(place)
    place.clock.advance(minutes=60)
    return Holder(place, "DPO-DEP")


def matter(place) -> legal.Matter:
    with place.inst.journal.read() as session:
        return legal.of_incident(session, "INC-0001").matter


def hit(holder: Holder, answer: str = "yes", scope: str = ALL, reason: str = "Records are lost"):
    return holder.post(f"{PAGE}/affected", scope=scope, answer=answer, reason=reason,
                       **{"loss-availability": "1"} if answer == "yes" else {})  # fmt: skip


def test_nothing_is_filled_in_least_of_all_the_moment_of_awareness(place, dpo) -> None:
    page = dpo.get(f"{PAGE}/awareness").text
    assert 'name="date" type="date" required value=""' in page
    assert 'name="time" type="time" required value=""' in page
    assert "nincs rögzítve" not in page
    assert "még senki nem döntött" in seen(dpo.get(PAGE))


def test_a_yes_and_a_moment_of_awareness_start_the_clocks(place, dpo) -> None:
    assert hit(dpo).status_code == 303
    answer = dpo.post(f"{PAGE}/awareness", **AWARE, **AT_TEN)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert dpo.post(f"{PAGE}/awareness", **AWARE, **AT_TEN).status_code == 303  # an impatient thumb
    (entry,) = place.entries("awareness recorded")
    assert (entry.author, entry.data["person"]) == ("data protection contact", "DPO-DEP")
    page = seen(dpo.get(PAGE))
    assert "2026. november 25., 10:30 CET (09:30 UTC)" in page  # 24 hours: NIS2 and CL-1's contract
    assert "The supplier confirmed the loss" in page
    assert "23 óra 30 perc van hátra" in page


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"time": "11:01"}, "Ez az időpont még a jövőben van"),
        ({"time": "09:59"}, "Ez korábbi, mint az incidens kezdete"),
        ({"time": ""}, "dátum"),
        ({"reason": "  "}, "Írja le az indokot"),
        ({"scope": ""}, "Válassza ki, kit érint"),
        ({"scope": ALL}, "Válassza ki, kit érint"),
        ({"regime": "nonsense"}, "Válassza ki, melyik szabályozásra"),
        ({"reason": "x" * 1001}, "1000"),
    ],
)
def test_what_can_not_be_taken_is_said_and_what_was_written_stays(place, dpo, form, says) -> None:
    answer = dpo.post(f"{PAGE}/awareness", **AWARE | AT_TEN | form)
    assert answer.status_code == 422
    assert says.lower() in seen(answer).lower()
    assert place.entries("awareness recorded") == []
    if "reason" not in form:
        assert "The supplier confirmed the loss" in answer.text


def test_a_yes_says_what_was_lost(place, dpo) -> None:
    answer = dpo.post(f"{PAGE}/affected", scope=ALL, answer="yes", reason="Records are gone")
    assert answer.status_code == 422
    assert "Válassza ki, mi sérült" in seen(answer)


def test_a_notification_is_recorded_and_a_late_one_needs_its_reasons(place, dpo) -> None:
    hit(dpo)
    dpo.post(f"{PAGE}/awareness", **AWARE, **AT_TEN)
    place.clock.advance(hours=26)
    form = {"duty": f"{c.BREACH}|{towards('CL-1')}", "to": "the client's contact",
            "channel": "mail", "reference": "M-1"}  # fmt: skip
    form |= {"date": "2026-11-25", "time": "11:00"}
    refused = dpo.post(f"{PAGE}/notified", **form)
    assert refused.status_code == 422
    assert "Adja meg a késedelem indokát" in seen(refused)
    assert (
        dpo.post(f"{PAGE}/notified", **form, reason="We waited for the supplier").status_code == 303
    )
    assert "késve teljesült, késés: 0:30 óra" in seen(dpo.get(PAGE))
    made = matter(place).notices[towards("CL-1"), c.BREACH][0]
    assert (made.channel, made.reference, made.note) == (
        "mail",
        "M-1",
        "We waited for the supplier",
    )


def test_the_decision_not_to_notify_is_kept_with_its_reason(place, dpo) -> None:
    hit(dpo)
    duty = f"{c.EARLY}|{COMPANY}"
    assert dpo.post(f"{PAGE}/not-notified", duty=duty, reason="Not significant").status_code == 303
    assert "döntés: nincs bejelentés: Not significant" in seen(dpo.get(PAGE))
    assert dpo.post(f"{PAGE}/not-notified", duty="no|such", reason="x").status_code == 422


def test_what_is_left_empty_of_a_description_stays(place, dpo) -> None:
    dpo.post(
        f"{PAGE}/data", scope=ALL, people="Callers of two days, about 400", measures="Restored"
    )
    dpo.post(f"{PAGE}/data", scope=ALL, people="Callers of two days, 412")
    known = matter(place).described[ALL]
    assert (known["people"], known["measures"]) == ("Callers of two days, 412", "Restored")
    assert dpo.post(f"{PAGE}/data", scope=ALL).status_code == 422


def test_an_account_manager_records_what_concerns_its_own_clients_alone(place) -> None:
    raw = place.plan.snapshot()
    for project in raw["projects"]:
        project["deputy_account_manager"] = None
    for person in raw["people"]:
        if person["kind"] == "account_manager":
            person["deputy"] = "IT-MGR"
    place.use_plan(raw)
    open_vcc(place)
    place.clock.advance(minutes=60)
    manager = Holder(place, "AM-1")  # of CL-1 and CL-4
    page = manager.get(f"{PAGE}/awareness").text
    assert 'value="CL-1"' in page
    assert 'value="CL-2"' not in page
    own = AWARE | AT_TEN | {"scope": "CL-1"}
    assert manager.post(f"{PAGE}/awareness", **own).status_code == 303
    for scope in (COMPANY, ALL, "CL-2", towards("CL-2")):
        assert manager.post(f"{PAGE}/awareness", **own | {"scope": scope}).status_code == 422
    assert [e.data["scope"] for e in place.entries("awareness recorded")] == ["CL-1"]


def test_others_see_the_clocks_and_may_not_record(place, dpo) -> None:
    hit(dpo)
    lead = Holder(place, "ERT-5")
    page = lead.get(PAGE)
    assert page.status_code == 200
    assert "/legal/awareness" not in page.text
    assert lead.get(f"{PAGE}/awareness").status_code == 403
    assert lead.post(f"{PAGE}/awareness", **AWARE, **AT_TEN).status_code == 403
    assert place.entries("awareness recorded") == []


def test_nobody_who_is_not_signed_in_sees_it_and_a_foreign_form_is_refused(place, dpo) -> None:
    assert dpo.post(f"{PAGE}/awareness", key="0" * 64, **AWARE, **AT_TEN).status_code == 403
    dpo.sign_out()
    assert dpo.get(PAGE).status_code == 401
    assert dpo.get(f"{PAGE}/awareness").status_code == 401


def test_there_is_no_other_form(dpo) -> None:
    assert dpo.get(f"{PAGE}/nonsense").status_code == 404
    assert dpo.get("/incident/INC-0009/legal").status_code == 404


def test_a_correction_by_who_may_record_counts_and_by_others_is_refused(place, dpo) -> None:
    hit(dpo)
    dpo.post(f"{PAGE}/awareness", **AWARE, **AT_TEN)
    seq = place.entries("awareness recorded")[0].seq
    fix = {"date": "2026-11-24", "time": "10:45", "text": "", "why": "The call was later"}
    assert Holder(place, "SV-1").post(f"/incident/INC-0001/correct/{seq}", **fix).status_code == 403
    assert dpo.post(f"/incident/INC-0001/correct/{seq}", **fix).status_code == 303
    known = matter(place).aware[COMPANY, "all"]
    assert (f"{known.at:%H:%M}", known.reason) == ("09:45", "The supplier confirmed the loss")
    # A supervisor's entries are not the data protection contact's to correct.
    assert dpo.get("/incident/INC-0001/correct/1").status_code == 403


def test_the_last_word_counts_and_the_first_one_stays(place, dpo) -> None:
    hit(dpo)
    hit(dpo, "no", reason="They were only out of reach")
    assert matter(place).affected[ALL].answer == "no"
    assert [e.data["answer"] for e in place.entries("personal data assessed")] == ["yes", "no"]
    hit(dpo)  # the same words as at first, and a new word all the same
    assert matter(place).affected[ALL].answer == "yes"


def test_an_answer_to_the_plans_question_is_the_first_word(place, dpo) -> None:
    now = place.clock.now()
    with place.inst.journal.write() as session:
        question = questions.data_protection(session, place.plan, "INC-0001", now)
        row = approvals.ask(session, question, "DPO", now=now)
        approvals.decide(
            session, row.id, "DPO", "data_protection", "being-checked", "Logs are read",
            via="link", version=1, now=now,
        )  # fmt: skip
    said = matter(place).affected[ALL]
    assert (said.answer, said.reason) == ("being checked", "Logs are read")
    place.clock.advance(minutes=5)
    hit(dpo, "no", reason="The logs are whole")
    assert matter(place).affected[ALL].answer == "no"


def test_the_incidents_page_and_the_board_say_that_a_clock_runs(place, dpo) -> None:
    lead = Holder(place, "ERT-5")
    assert "Legal clocks:" not in seen(lead.get("/board"))
    hit(dpo)
    dpo.post(f"{PAGE}/awareness", **AWARE, **AT_TEN)
    board, page = seen(lead.get("/board")), seen(lead.get("/incident/INC-0001"))
    assert "Legal clocks:" in board
    assert "Early warning of a cybersecurity incident (the company)" in page
    place.clock.advance(hours=30)
    assert "over time" in seen(lead.get("/board"))


def test_a_closed_incident_is_still_recorded_about_and_stays_on_the_board(place, dpo) -> None:
    hit(dpo)
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    assert dpo.post(f"{PAGE}/awareness", **AWARE, **AT_TEN).status_code == 303
    board = seen(Holder(place, "ERT-5").get("/board"))
    assert "Closed, with legal clocks that still run" in board
    assert "INC-0001: Legal clocks:" in board


def test_a_clients_report_has_its_own_notifications_and_nobody_elses(place, dpo) -> None:
    hit(dpo)
    dpo.post(f"{PAGE}/awareness", **AWARE, **AT_TEN)
    for client, contact in (("CL-1", "privacy desk one"), ("CL-2", "privacy desk two")):
        dpo.post(f"{PAGE}/notified", duty=f"{c.BREACH}|{towards(client)}", to=contact,
                 channel="mail", date="2026-11-24", time="10:50")  # fmt: skip
    dpo.post(f"{PAGE}/notified", duty=f"{c.EARLY}|{COMPANY}", to="authority", channel="portal",
             date="2026-11-24", time="10:55")  # fmt: skip
    hit(dpo, "no", "CL-2", "Bravo Travel keeps its own records, unlike Alpha Electronics")
    with place.inst.journal.read() as session:
        facts = gather(session, place.inst.plan_of("INC-0001"), "INC-0001", place.clock.now())
    one, two = for_client(facts, "CL-1"), for_client(facts, "CL-2")
    assert [n.to for part in one.legal for n in part.notices] == ["privacy desk one"]
    assert [n.to for part in two.legal for n in part.notices] == ["privacy desk two"]
    assert (one.privacy.answer, two.privacy.answer) == ("yes", "no")
    # A reason that names another client is kept back as a whole.
    assert "Alpha" not in two.privacy.reason
    assert two.privacy.at - one.privacy.at == timedelta(0)
