"""The demo's verdict on a plan that a person started in Prefect: what it must not overlook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.demo import scenario
from sandbox.demo.checks import Posted
from sandbox.demo.outside import Deed, Mail, Outside, Sms
from sandbox.demo.started_checks import judge_started
from tests.integration.demo.test_judging_from_outside import TITLES, pdf, subject

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
STARTED = [name for name in scenario.names() if scenario.load(name).started]


def phone(code: str) -> str:
    return next(c.address for c in PLAN.person(code).channels if c.kind == "sms")


def text(code: str, seconds: float) -> Sms:
    at = START + timedelta(seconds=seconds)
    return Sms(phone(code), "INC-0001", at, at)


def said(person: str, kind: str, answer: str) -> Deed:
    return Deed(person, kind, answer, "answered", START + timedelta(minutes=3))


def ended_well(name: str) -> Outside:
    """What is seen from outside when everything went well."""
    general = name == "general"
    client = PLAN.client("CL-2")
    mails = [
        Mail((address,), subject(client.id, title), f"{title} {client.name}",
             START + timedelta(minutes=5 + place),
             attachments={"report.pdf": pdf(f"{title} {client.name}")})
        for place, title in enumerate(TITLES)
        for address in (c.address for p in client.contacts for c in p.channels if c.kind == "mail")
    ]  # fmt: skip
    letter = next(c.address for c in PLAN.supplier("SUP-WFM").channels if c.kind == "mail")
    people = {
        "general": [("ERT-2", "nature", "other"), ("ERT-2", "priority", "P2"),
                    ("ERT-2", "can-solve", "solving"), ("AM-1", "client-told", "told"),
                    ("ERT-2", "over", "over")],
        "input": [("SV-5", "supplier-call", "delivers"), ("SV-5", "fallback", "use:yesterday"),
                  ("SV-5", "works-again", "works")],
    }  # fmt: skip
    return Outside(
        sms=[text("SV-5", 0.5), text("ERT-1", 1), text("ERT-2", 120)],
        mails=[] if general else [*mails, Mail((letter,), "The roster", "Where is it?", START)],
        files={} if general else
        {f"{mail.content}.html": mail.content.encode() for mail in mails}
        | {f"{mail.content}.pdf": pdf(mail.content) for mail in mails},
        register=[{"Title": "INC-0001", "State": "closed"}],
        deeds=[said("ERT-2", "ack", "take"), *(said(*each) for each in people[name])],
        flow_runs=[{"name": "INC-0001", "state_name": "Completed", "state_type": "COMPLETED"}],
        failed_tasks=[],
        calls={"answered": 0, "lost": 0},
    )  # fmt: skip


def failed(name: str, seen: Outside) -> list[str]:
    checks = judge_started(PLAN, scenario.load(name), Posted(START, START), seen)
    return [check.what for check in checks if not check.ok]


def without(seen: Outside, kind: str) -> Outside:
    return replace(seen, deeds=[deed for deed in seen.deeds if deed.kind != kind])


@pytest.mark.parametrize("name", STARTED)
def test_a_plan_that_a_person_started_and_that_ended_well_passes_every_check(name: str) -> None:
    assert failed(name, ended_well(name)) == []


@pytest.mark.parametrize("name", STARTED)
def test_a_first_text_long_after_the_start_is_found(name: str) -> None:
    seen = ended_well(name)
    late = replace(seen, sms=[text("SV-5", 29), text("ERT-1", 30)])
    assert failed(name, late) == ["The first text to the ERT came at once"]


@pytest.mark.covers("R13", "R15")
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("nature", "One ERT member said what it is, how urgent, and whether it can be solved"),
        ("client-told", "The account manager told the client in person"),
        ("over", "Whoever led it said that it is over"),
    ],
)
def test_what_nobody_said_in_the_general_plan_is_found(kind: str, what: str) -> None:
    assert failed("general", without(ended_well("general"), kind)) == [what]


def test_an_end_by_somebody_who_did_not_lead_is_found() -> None:
    seen = without(ended_well("general"), "over")
    other = replace(seen, deeds=[*seen.deeds, said("ERT-5", "over", "over")])
    assert failed("general", other) == ["Whoever led it said that it is over"]


@pytest.mark.covers("A21")
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("supplier-call", "The supplier was written to once, and called"),
        ("fallback", "A person decided what to work with meanwhile"),
        ("works-again", "A person said that it is here and worked with"),
    ],
)
def test_what_nobody_did_about_a_missing_input_is_found(kind: str, what: str) -> None:
    assert failed("input", without(ended_well("input"), kind)) == [what]


@pytest.mark.covers("A21")
def test_an_owner_who_heard_it_after_the_ert_is_found() -> None:
    seen = ended_well("input")
    late = replace(seen, sms=[text("ERT-1", 1), text("SV-5", 2)])
    assert failed("input", late) == ["Its owner, SV-5, heard it before anybody else"]


def test_a_client_who_never_heard_that_it_is_over_is_found() -> None:
    seen = ended_well("input")
    kept = [mail for mail in seen.mails if "Recovery" not in mail.content]
    assert failed("input", replace(seen, mails=kept)) == [
        "CL-2 had updates, recovery notice and closing report, none twice"
    ]
