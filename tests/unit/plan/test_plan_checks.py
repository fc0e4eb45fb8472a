"""What the readiness check finds in a plan that is well formed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kitart.plan.checks import check_plan
from kitart.plan.dependencies import hangs_on
from kitart.plan.people import Channel
from kitart.plan.problems import Problem
from kitart.plan.schema import Plan

TODAY = date(2026, 11, 19)

Change = Callable[[dict[str, Any]], None]


def new_findings(plan: Plan, change: Change, today: date = TODAY) -> list[Problem]:
    """What the check finds after ``change`` to the snapshot that it didn't find before."""
    snapshot = plan.snapshot()
    change(snapshot)
    before = check_plan(plan, TODAY)
    return [p for p in check_plan(Plan.from_snapshot(snapshot), today) if p not in before]


def index(parts: list[dict[str, Any]], code: str) -> int:
    return [part["id"] for part in parts].index(code)


def of(parts: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return parts[index(parts, code)]


def drop_kind(kind: str) -> Change:
    def change(raw: dict[str, Any]) -> None:
        for person in raw["people"]:
            if person["kind"] == kind:
                person["kind"] = "cmt"

    return change


def set_in(part: str, code: str, **values: Any) -> Change:
    return lambda raw: of(raw[part], code).update(values)


ERRORS: list[tuple[Change, str, str]] = [
    (drop_kind("it_manager"), "people", "it_manager"),
    (drop_kind("data_protection"), "people", "data_protection"),
    (set_in("systems", "VCC", affects=[]), "systems[0].affects", "touches no project"),
    (set_in("systems", "CLIENT-CRM-2", affects=["ALPHA"]),
     "systems[6].affects", "touches no project of CL-2"),
    (set_in("people", "ERT-2", deputy=None), "people[12].deputy", "ERT-2 has no deputy"),
    (set_in("people", "ERT-2", deputy="ERT-2"), "people[12].deputy", "somebody else"),
    (set_in("people", "IT-MGR", channels=[]), "people[7].channels", "two kinds at least"),
    (set_in("projects", "ALPHA", deputy_account_manager=None),
     "projects[0].deputy_account_manager", "name a deputy"),
    (set_in("projects", "ALPHA", deputy_account_manager="AM-1"),
     "projects[0].deputy_account_manager", "somebody else"),
    (set_in("projects", "ALPHA", account_manager="SV-1"),
     "projects[0].account_manager", "no account manager"),
    (set_in("projects", "ALPHA", supervisors=[]), "projects[0].supervisors", "at least one"),
    (set_in("lines", "line-21", carrier_divert_number=None),
     "lines[4].carrier_divert_number", "line-21 has none"),
    (set_in("clients", "CL-2", permits={
        "english_only": False, "non_native": False, "voicemail": False,
        "agent_countries": ["EEA", "MA", "MY", "CA"]}),
     "clients[1].permits", "nothing is left"),
    (lambda raw: raw["clients"][2]["contacts"][0]["channels"].pop(),
     "clients[2].contacts", "one channel only"),
    (lambda raw: raw["clients"][2]["report"].update(language="pl"),
     "clients[2].report.language", "'pl'"),
    (lambda raw: raw["company"].update(report_languages=["en", "pl"]),
     "company.report_languages[1]", "right would be one of en, hu"),
    (lambda raw: raw["projects"][0]["queues"][0].update(lines=["line-12"]),
     "projects[0].queues[0].lines[0]", "belongs to ALPHA/fr"),
    (lambda raw: raw["projects"][0]["queues"][0].update(lines=[]),
     "projects[0].queues[0].lines", "has no line"),
    (lambda raw: raw["monitoring"]["rules"][0].update(system="VCCC"),
     "monitoring.rules[0].system", "right would be VCC"),
    (lambda raw: raw["rotas"][0]["members"].append("AM-1"), "rotas[0].members[5]", "kind ert"),
]  # fmt: skip

WARNINGS: list[tuple[Change, str, str]] = [
    (set_in("people", "IT-MGR", area="RO-CJ"), "people[7].deputy", "IT-DEP"),
    (set_in("lines", "line-21", carrier_divert_tested=None),
     "lines[4].carrier_divert_tested", "never tested"),
    (set_in("lines", "line-21", carrier_divert_tested="2025-01-01"),
     "lines[4].carrier_divert_tested", "last tested 2025-01-01"),
    (set_in("lines", "line-21", greeting_languages=["en"]),
     "lines[4].greeting_languages", "none in de"),
    (set_in("systems", "VCC", supplier=None), "systems[0].supplier", "who repairs it"),
    (set_in("agents", "AG-050", projects=["DELTA", "ALPHA"]),
     "agents[49].projects", "CL-1 does not permit agents in MA"),
    (set_in("agents", "AG-035", standby=[], standby_queues=[]),
     "projects[0].queues[2]", "no reserve"),
    (set_in("agents", "AG-035", standby_queues=["CHARLIE/hu"]),
     "agents[34].standby_queues[0]", "cannot serve CHARLIE/hu"),
    (lambda raw: raw["projects"][2]["voicemail"].update(greeting_languages=["hu", "pl"]),
     "projects[2].voicemail.greeting_languages", "ro has no greeting"),
    (lambda raw: raw["rotas"][0]["members"].remove("ERT-4"), "people[14]", "in no rota"),
    (lambda raw: [person.update(leave=[{"first": "2026-12-01", "last": "2026-12-01"}])
                  for person in raw["people"] if person["kind"] == "ert"],
     "rotas[0].members", "is there on 2026-12-01 from 00:00 UTC"),
]  # fmt: skip


@pytest.mark.covers("A31", "D27", "R50")
@pytest.mark.parametrize(("change", "where", "words"), ERRORS)
def test_what_keeps_the_plan_from_being_ready_is_an_error(
    plan: Plan, change: Change, where: str, words: str
) -> None:
    found = [(p.severity, p.where) for p in new_findings(plan, change) if words in p.message]
    assert ("error", where) in found, new_findings(plan, change)


@pytest.mark.covers("D27")
@pytest.mark.parametrize(("change", "where", "words"), WARNINGS)
def test_what_somebody_should_look_at_is_a_warning(
    plan: Plan, change: Change, where: str, words: str
) -> None:
    found = [(p.severity, p.where) for p in new_findings(plan, change) if words in p.message]
    assert ("warning", where) in found, new_findings(plan, change)


@pytest.mark.covers("D14")
def test_mail_and_sms_of_one_operator_are_one_channel_when_it_fails(plan: Plan) -> None:
    def one_operator(raw: dict[str, Any]) -> None:
        for channel in of(raw["people"], "IT-MGR")["channels"]:
            channel["depends_on"] = ["OPERATOR-3"]

    (found,) = new_findings(plan, one_operator)
    assert (found.severity, found.where) == ("warning", "people[7].channels")
    assert "OPERATOR-3" in found.message


@pytest.mark.covers("D14", "E44")
def test_two_kinds_that_need_systems_of_one_cause_are_not_independent(plan: Plan) -> None:
    def mail_alone_and_sms_through_sign_on(raw: dict[str, Any]) -> None:
        of(raw["people"], "DPO")["channels"] = [
            {"kind": "mail", "address": "dpo@kitart.example", "verified": "2026-10-30"},
            {"kind": "sms", "address": "+447700900999", "verified": "2026-10-30"},
        ]
        raw["channels"] = [
            {"kind": "mail", "connector": "graph_mail", "depends_on": ["MAIL"]},
            {"kind": "sms", "connector": "sms", "depends_on": ["SIGN-ON"]},
            {"kind": "voice", "connector": "voice", "depends_on": []},
        ]

    found = new_findings(plan, mail_alone_and_sms_through_sign_on)
    assert any(p.where == "people[21].channels" and "SIGN-ON" in p.message for p in found)


@pytest.mark.covers("D14", "E43")
def test_a_second_way_for_mail_makes_it_independent_of_the_first(plan: Plan) -> None:
    def sms_needs_the_mail_system(ways: list[dict[str, Any]]) -> Change:
        sms = {"kind": "sms", "connector": "sms", "depends_on": ["MAIL"]}
        return lambda raw: raw.update(channels=[sms, *ways])

    first = {"kind": "mail", "connector": "graph_mail", "depends_on": ["MAIL"]}
    second = {"kind": "mail", "connector": "smtp", "depends_on": []}
    one_way = new_findings(plan, sms_needs_the_mail_system([first]))
    two_ways = new_findings(plan, sms_needs_the_mail_system([first, second]))
    assert "clients[2].contacts" in {problem.where for problem in one_way}
    assert two_ways == []


def test_a_channel_is_doubtful_after_90_days_and_not_before(plan: Plan) -> None:
    def nothing(raw: dict[str, Any]) -> None:
        return None

    last_good = date(2026, 9, 28) + timedelta(days=90)
    assert new_findings(plan, nothing, last_good) == []
    found = new_findings(plan, nothing, last_good + timedelta(days=1))
    assert {p.where for p in found} == {
        "clients[2].contacts[0].channels[0].verified",
        "clients[2].contacts[0].channels[1].verified",
    }
    assert all("last verified 2026-09-28" in p.message for p in found)


def test_other_report_languages_are_fine_once_there_are_templates(plan: Plan) -> None:
    assert not [p for p in check_plan(plan, TODAY, {"en", "hu"}) if p.severity == "error"]
    assert [p for p in check_plan(plan, TODAY, {"hu"}) if p.severity == "error"]


def test_errors_come_before_warnings(plan: Plan) -> None:
    snapshot = plan.snapshot()
    set_in("people", "DPO-DEP", deputy=None)(snapshot)
    severities = [p.severity for p in check_plan(Plan.from_snapshot(snapshot), TODAY)]
    assert severities == sorted(severities)
    assert severities[0] == "error"


@pytest.mark.covers("D14")
def test_a_phone_hangs_on_its_mobile_operator_unless_a_channel_names_another(plan: Plan) -> None:
    sms = Channel(kind="sms", address="+447700900001")
    fixed = Channel(kind="voice", address="+442079460001", depends_on=("OPERATOR-2",))
    mail = Channel(kind="mail", address="a@kitart.example")
    assert "OPERATOR-1" in hangs_on(plan, sms, "OPERATOR-1")
    assert "SMS-GATEWAY" in hangs_on(plan, sms, "OPERATOR-1")
    assert "OPERATOR-1" not in hangs_on(plan, fixed, "OPERATOR-1")
    assert "OPERATOR-2" in hangs_on(plan, fixed, None)
    assert "OPERATOR-1" not in hangs_on(plan, mail, "OPERATOR-1")


@pytest.mark.covers("D14")
def test_an_operator_that_the_company_does_not_know_is_an_error(plan: Plan) -> None:
    raw = plan.snapshot()
    raw["agents"][0]["mobile_operator"] = "OPERATOR-7"
    (found,) = [
        each for each in check_plan(Plan.from_snapshot(raw), date(2026, 11, 20))
        if each.severity == "error"
    ]  # fmt: skip
    assert found.where == "agents[0].mobile_operator"
    assert "'OPERATOR-7' is no known operator; right would be OPERATOR-" in found.message


@pytest.mark.covers("D27")
def test_every_problem_has_a_code_and_its_remedy_behind_a_semicolon(plan: Plan) -> None:
    for change, _, _ in (*ERRORS, *WARNINGS):
        raw = plan.snapshot()
        change(raw)
        for each in check_plan(Plan.from_snapshot(raw), date(2026, 11, 20)):
            assert each.code, each
            assert each.code.replace("-", "").replace(".", "").isalpha(), each.code
            assert "; " in each.message, each.message
