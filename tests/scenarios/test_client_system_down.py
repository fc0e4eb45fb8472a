"""A client's own system fails: assessed, reported by its procedure, calls logged by hand."""

from __future__ import annotations

import pytest

from kitart.connectors.http import host_pauses
from kitart.journal import approvals, documents, incidents, looks
from kitart.messaging.channels import down_systems
from tests.scenarios.languages import assert_told_in_its_language

pytestmark = pytest.mark.timeout(300)

FOUND = "Searches end with error 503 since 09:00, for all agents; notes can still be read"
SEES = {"answers": {"assessment": "fails", "manual-log": "start", "works-again": "leave",
                    "client-contact": "leave"},
        "fills": {"note": FOUND}}  # fmt: skip
NOT_REACHED = (
    SEES | {"delay_s": 20} | {"answers": SEES["answers"] | {"client-contact": "no-answer"}}
)
LEADS = {"answers": {"ack": "take", "priority": "P2"}}
ERT = [f"ERT-{n}" for n in range(1, 6)]
NOBODY_SAYS = {
    "delay_s": 0, "fills": {"note": "TT-4711"},
    "answers": {"ack": "take", "priority": "P3", "approve": "approve",
                "works-again": "leave", "close": "leave"},
}  # fmt: skip
NO_WORD = {"client-contact": "leave", "works-again": "leave"}
PEOPLE = {"default": {"delay_s": 0, "answers": NO_WORD | {"ack": "take", "approve": "approve"},
                      "fills": {"note": "an update on the client's side"}},
          "SV-2": SEES, **{member: LEADS for member in ERT}}  # fmt: skip


def alert(story, status: str = "firing") -> None:
    if status == "firing":
        story.alert_began = story.clock.now()
    labels = {"service": "client-crm-2", "alertname": "BravoCrmDown"}
    story.alert(status, started=story.alert_began, **labels)


def begun(story) -> None:
    alert(story)
    story.eventually(lambda: story.entries("run began"), "the run")
    story.settle(quiet_s=0.8)


@pytest.mark.covers("R5", "R43", "R44", "R45", "R46", "A22", "A23", "E46")
@pytest.mark.begins(people=PEOPLE)
def test_it_is_assessed_reported_and_logged_by_hand_until_the_client_has_repaired_it(story) -> None:
    begun(story)
    story.at("09:05")
    assert story.incident.kind == "client system offline"
    # Assessed by the supervisor on duty, and only then reported, in the finder's words.
    (assessed,) = story.entries("assessed")
    assert assessed.text == FOUND
    (first,) = [d for d in story.documents("CL-2", "first-notification") if d.sent_at]
    assert first.created_at >= assessed.recorded_at
    assert "error 503" in first.html
    assert "managed by you" in first.html
    # Only the owner is told; calls go on, so nothing is diverted and no supplier is written to.
    assert not [d for code in ("CL-1", "CL-3", "CL-4") for d in story.documents(code)]
    assert not [e for e in story.entries("decision requested") if "divert" in e.text]
    assert not story.entries("supplier ticket opened")
    # Logging by hand: decided by a person, the supervisors of the project carry it to the agents.
    assert story.entries("manual logging started")
    assert any("log calls by hand" in text for text in story.texts_to("SV-2"))
    # The client repairs it; the monitor's word is a reason to ask, a person's word is the proof.
    story.people({"answers": {"works-again": "works", "manual-log-stop": "stop"},
                  "fills": {"note": "14 forms, 2 urgent; all entered by tomorrow noon"}},
                 "SV-2")  # fmt: skip
    story.at("09:07")
    assert not story.entries("system up")
    alert(story, "resolved")
    story.at("09:09")
    assert story.entries("system up")
    assert {e.data["factor"] for e in story.entries("success factor proved")} == {
        "agents work in the client's system"
    }
    story.at("09:26", by_minutes=3)
    assert story.entries("recovery declared")
    (ended,) = story.entries("manual logging ended")
    assert "14 forms" in ended.text
    story.at("09:33", by_minutes=3)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    closing = story.documents("CL-2", "closing-report")[-1]
    assert closing.sent_at
    assert "14 forms, 2 urgent" in closing.html
    assert_told_in_its_language(
        story, "first-notification", "recovery-notice", "closing-report", readers={"CL-2": "en"}
    )


@pytest.mark.covers("E46", "A14", "D15", "D26")
@pytest.mark.begins(people=PEOPLE | {"SV-2": NOT_REACHED}, languages={"CL-2": "hu"})
def test_a_notice_that_nobody_at_the_client_answers_counts_as_sent_not_as_acknowledged(
    story,
) -> None:
    begun(story)
    story.at("09:06")
    tried = [e.data["contact"] for e in story.entries("client contact not reached")]
    assert tried == ["CL-2-DUTY", "CL-2-OPERATIONS"]  # one after the other, each attempt kept
    (said,) = story.entries("not acknowledged")
    assert "sent, not acknowledged; 2 attempts" in said.text
    assert not story.entries("client acknowledged")
    # They are called again with the next news, until somebody has it.
    story.people({"answers": {"client-contact": "has-it", "works-again": "leave"},
                  "fills": {"note": "their ticket BT-118"}}, "SV-2")  # fmt: skip
    due = story.documents("CL-2", "first-notification")[-1].next_update_at
    story.until(due, by_minutes=5)
    story.settle(quiet_s=0.8)
    (reached,) = story.entries("client acknowledged")
    assert reached.data["contact"] == "CL-2-DUTY"
    assert "BT-118" in reached.text
    # This client reads Hungarian: of the attempts too.
    assert_told_in_its_language(
        story, "first-notification", "status-update", readers={"CL-2": "hu"}
    )
    update = [d for d in story.documents("CL-2", "status-update") if d.sent_at][-1]
    assert "operations manager on call" in update.text


@pytest.mark.covers("R44", "E24")
@pytest.mark.begins(people=PEOPLE | {"SV-2": "never", "AM-2": "never", "AM-1": SEES})
def test_an_assessment_that_nobody_makes_goes_to_the_next_person_and_delays_no_notice(
    story,
) -> None:
    begun(story)
    story.at("09:09")
    assert not story.entries("assessed")
    story.at("09:12")
    (assessed,) = story.entries("assessed")
    assert assessed.author == "account manager"
    story.at("09:31", by_minutes=4)
    drafted = [d for d in story.documents("CL-2", "first-notification")]
    assert drafted
    assert min(d.created_at for d in drafted) <= story.start.replace(minute=16)


@pytest.mark.covers("E34", "R6")
@pytest.mark.begins(people=PEOPLE)
def test_a_client_system_that_comes_and_goes_is_one_unstable_incident(story) -> None:
    begun(story)
    for minute, status in ((3, "resolved"), (5, "firing"), (7, "resolved"), (9, "firing")):
        story.at(f"09:{minute:02}")
        alert(story, status)
    story.at("09:11")
    with story.inst.journal.read() as session:
        seen = looks.system_picture(session, story.plan, "INC-0001", story.clock.now())
        assert len(incidents.open_incidents(session)) == 1
    assert seen.state == "unstable"
    assert seen.up_since is None  # a monitor's word ends nothing
    sent = [d for d in story.documents("CL-2") if d.sent_at]
    assert len(sent) <= 2, [d.type for d in sent]  # no message for each change


@pytest.mark.covers("R6", "E34", "D23")
@pytest.mark.begins(people=PEOPLE)
def test_two_systems_down_at_once_are_two_incidents_and_one_picture_for_each_reader(story) -> None:
    begun(story)
    story.at("09:03")
    first = [d for d in story.documents("CL-2") if d.sent_at]
    assert len(first) == 1
    story.phone_system("down")
    story.alert()
    story.eventually(lambda: len(_open(story)) == 2, "the second incident")
    story.settle(quiet_s=0.8)
    story.at("09:06")
    crm, phones = _open(story)
    assert (crm.system_id, phones.system_id) == ("CLIENT-CRM-2", "VCC")
    assert (crm.kind, phones.kind) == ("client system offline", "vital systems offline")
    # Whoever decides about one sees the other; so does the client that both touch, and no other.
    with story.inst.journal.read() as session:
        asked = [q for q in approvals.of_incident(session, phones.number) if q.kind == "approve"]
        told = documents.of_incident(session, phones.number, whole=True)
    assert asked
    assert all(any("Also open: INC-0001" in line for line in q.known) for q in asked)
    for document in (d for d in told if d.type == "first-notification" and d.sent_at):
        assert ("INC-0001" in document.html) == (document.client == "CL-2")
    # The first incident's client is not told anew: nothing has changed for it.
    assert len([d for d in story.documents("CL-2") if d.sent_at]) == 1


@pytest.mark.covers("E4", "E33", "E44", "R13")
def test_one_tenant_that_fails_is_one_incident_however_many_monitors_say_so(story) -> None:
    for service in ("sharepoint", "mail", "sign-on"):
        story.alert(service=service, alertname=f"{service}-down")
    story.eventually(lambda: story.entries("run began"), "the run")
    (incident,) = _open(story)
    assert incident.system_id == "SHAREPOINT"
    assert incident.priority_proposed == "P1"  # the worst of what is proposed: sign-on's
    joined = [e.text for e in story.entries("duplicate added")]
    assert any("Company mail, one fault with this one" in text for text in joined)
    assert any("Sign-on service" in text for text in joined)
    # The phone system stands on sign-on, but its own failure is a fault of its own.
    story.alert()
    assert [i.system_id for i in _open(story)] == ["SHAREPOINT", "VCC"]


@pytest.mark.covers("D21", "R46")
@pytest.mark.begins(people=PEOPLE)
def test_what_people_answer_while_no_run_is_there_is_taken_up_by_the_next(story) -> None:
    begun(story)
    story.at("09:12")
    assert [e for e in story.entries("decision requested") if "work again" in e.text]
    story.orchestrator.away = True
    story.orchestrator.kill()
    assert story.press("SV-2", "work again", "works").status_code == 200
    story.orchestrator.away = False
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.settle(quiet_s=0.8)
    assert story.entries("system up")
    # Logging by hand had been started by the run that died: it is stopped by the one after it.
    story.people(SEES | {"answers": {"manual-log-stop": "stop", "works-again": "leave"}}, "SV-2")
    again = [e for e in story.entries("decision requested") if "work again" in e.text]
    assert len(again) == 1
    stop = [t for t in story.texts_to("SV-2") if "Stop logging" in t]
    assert len(stop) == 1


@pytest.mark.covers("D21", "D7")
@pytest.mark.begins(people=PEOPLE)
def test_that_a_monitor_said_it_is_over_while_no_run_was_there_is_taken_up_by_the_next(
    story,
) -> None:
    begun(story)
    story.at("09:12")
    asked = [t for t in story.texts_to("SV-2") if "work again" in t]
    assert len(asked) == 1
    story.orchestrator.away = True
    story.orchestrator.kill()
    alert(story, "resolved")
    story.orchestrator.away = False
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.eventually(
        lambda: len([t for t in story.texts_to("SV-2") if "work again" in t]) == 2, "once more"
    )
    story.orchestrator.kill()
    story.eventually(lambda: len(story.entries("run took over")) == 2, "one more run")
    story.settle(quiet_s=0.8)
    assert len([t for t in story.texts_to("SV-2") if "work again" in t]) == 2, "and not again"


@pytest.mark.covers("E35", "D21")
@pytest.mark.begins(people=PEOPLE)
def test_a_relapse_while_no_run_is_there_reopens_the_incident(story) -> None:
    begun(story)
    story.people({"answers": {"close": "leave"}}, *ERT)
    story.at("09:12")
    assert story.press("SV-2", "work again", "works").status_code == 200
    story.at("09:30", by_minutes=4)
    assert story.entries("recovery declared")
    story.orchestrator.away = True
    story.orchestrator.kill()
    alert(story)  # the monitor sees it fail again
    story.orchestrator.away = False
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.eventually(lambda: story.entries("reopened"), "the reopening")
    story.settle(quiet_s=0.8)
    assert story.incident.recovered_at is None
    assert len(story.entries("decision requested")) > 0


@pytest.mark.covers("E44", "E35", "D14")
@pytest.mark.begins(people={"default": NOBODY_SAYS})
def test_the_tenant_is_back_only_when_all_that_failed_with_it_is(story) -> None:
    story.world.tenant_faults.set("/v1.0/sites/*", "unavailable")
    for service in ("sharepoint", "mail"):
        story.alert(service=service, alertname=f"{service}-down")
    story.eventually(lambda: story.entries("system down"), "our own check")
    story.settle(quiet_s=0.8)
    story.world.tenant_faults.clear()
    host_pauses.forget()
    story.at("09:22", by_minutes=4)
    # SharePoint is back and has held; mail is not known to be, so nothing is declared.
    assert story.entries("system up")
    assert not story.entries("recovery declared")
    with story.inst.journal.read() as session:
        assert "MAIL" in down_systems(session, story.plan)
    assert story.press("IT-MGR", "Company mail", "works").status_code == 200
    story.settle(quiet_s=0.8)
    assert story.entries("recovery declared")
    with story.inst.journal.read() as session:
        assert not {"MAIL", "SHAREPOINT"} & down_systems(session, story.plan)
    # What fails after that is heard of: it joins no incident that is over.
    story.alert(service="sign-on", alertname="sign-on-down")
    assert [i.system_id for i in _open(story)] == ["SHAREPOINT", "SIGN-ON"]


def _open(story) -> list:
    with story.inst.journal.read() as session:
        return incidents.open_incidents(session)
