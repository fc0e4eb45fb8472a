"""What readiness finds: each deliberate weak point of the sample company, and what else is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kitart.language import in_language, phrase
from kitart.plan.checks import check_plan
from kitart.plan.schema import Plan
from kitart.rules.readiness.findings import Finding, Severity, of_plan
from kitart.rules.readiness.overdue import REVIEW_OF_THE_PLAN, TEST_OF_THE_PLAN, Due, overdue
from kitart.rules.readiness.result import Readiness, as_data, from_data, look
from kitart.rules.readiness.scenarios import scenarios
from kitart.rules.readiness.weak_points import weak_points
from kitart.rules.readiness.year_ahead import calendar_findings, clock_changes

NOW = datetime(2026, 11, 26, 5, 30, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def ready(plan: Plan) -> Readiness:
    return look(plan, check_plan(plan, TODAY), NOW)


Find = Callable[[str, str], Finding]


@pytest.fixture(scope="module")
def find(ready: Readiness) -> Find:
    def one(code: str, where: str) -> Finding:
        (found,) = [each for each in ready.findings if (each.code, each.where) == (code, where)]
        return found

    return one


@pytest.mark.covers("D27")
def test_dutch_has_three_agents_and_one_standby(find: Find) -> None:
    found = find("reserve-of-one", "ALPHA/nl")
    assert "3 agents" in found.what
    assert "AG-035" in found.what
    assert find("standby-hours", "ALPHA/nl").severity is Severity.WEAK


@pytest.mark.covers("D27", "E15")
def test_romanian_lives_in_one_area_and_nobody_stands_by_after_four(find: Find) -> None:
    in_one = find("queue-in-one-area", "CHARLIE/ro")
    assert (in_one.severity, in_one.projects) == (Severity.SERIOUS, ("CHARLIE",))
    assert "RO-IS" in in_one.what
    assert "Mon-Fri 16:00-18:00" in find("standby-hours", "CHARLIE/ro").what
    assert "200 of 200 hours" in find("hours-lost-with-one-area", "CHARLIE/ro").what


@pytest.mark.covers("D27", "E6")
def test_the_two_native_germans_on_standby_live_in_one_region(find: Find) -> None:
    found = find("native-reserve-in-one-area", "ALPHA/de")
    assert "(AG-031, AG-032) is all in DE-BY" in found.what
    assert found.mend == "find one in another area"


@pytest.mark.covers("E1", "D27")
def test_one_agent_is_the_reserve_of_three_queues(find: Find) -> None:
    found = find("reserve-of-too-many", "agents[AG-031].standby_queues")
    assert "3 queues (ALPHA/fr, ALPHA/de, ALPHA/en)" in found.what


@pytest.mark.covers("E22", "D14")
@pytest.mark.parametrize("person", ["AM-1", "AM-2"])
def test_the_account_managers_deputise_each_other_from_one_town(find: Find, person: str) -> None:
    found = find("deputy-in-same-area", f"people[{person}].deputy")
    assert found.severity is Severity.SERIOUS
    assert "HU-PE" in found.what


@pytest.mark.covers("D14", "E28")
def test_the_crisis_leads_channels_and_half_the_ert_hang_on_one_operator(find: Find) -> None:
    assert "OPERATOR-1" in find("channels-fail-together", "people[CMT-LEAD].channels").what
    assert (
        "ERT-1, ERT-3, ERT-5" in find("operator-of-the-ert", "company.operators[OPERATOR-1]").what
    )


@pytest.mark.covers("E15", "E46")
def test_what_clients_do_not_permit_is_noted(find: Find) -> None:
    barred = find("english-only-barred", "clients[CL-3].permits")
    assert (barred.severity, barred.projects) == (Severity.NOTE, ("CHARLIE",))
    limited = find("countries-limited", "clients[CL-1].permits.agent_countries")
    assert "8 of 60 agents (CA, MA, MY)" in limited.what


@pytest.mark.covers("D27")
def test_seats_that_nobody_fills_are_serious_and_the_hours_are_named(find: Find) -> None:
    found = find("hours-uncovered", "BRAVO/en")
    assert found.severity is Severity.SERIOUS
    assert "142 of 720 hours: Sat,Sun 08:00-23:00, Mon-Fri 22:00-23:00" in found.what


@pytest.mark.covers("D14")
def test_a_reserve_that_is_called_over_one_operator_is_found(find: Find, plan: Plan) -> None:
    assert "AG-051, AG-054" in find("reserve-on-one-operator", "DELTA/es").what
    agents = tuple(
        a.model_copy(update={"mobile_operator": "OPERATOR-2"}) if a.id == "AG-051" else a
        for a in plan.agents
    )
    mended = plan.model_copy(update={"agents": agents})
    found = {each.key for each in weak_points(mended, scenarios(mended))}
    assert "reserve-on-one-operator DELTA/es" not in found


@pytest.mark.covers("D27")
def test_every_finding_says_what_would_mend_it_in_each_language(ready: Readiness) -> None:
    assert len({each.key for each in ready.findings}) == len(ready.findings)
    for each in ready.findings:
        for text in (each.what, each.mend):
            assert text, each.key
            assert in_language(text, "hu") != str(text), f"{each.key}: no Hungarian: {text}"
        assert set(each.projects) <= {"ALPHA", "BRAVO", "CHARLIE", "DELTA"}
        assert each.projects


def test_the_worst_findings_come_first_and_errors_of_the_plan_are_serious(
    ready: Readiness, plan: Plan
) -> None:
    order = [list(Severity).index(each.severity) for each in ready.findings]
    assert order == sorted(order)
    people = tuple(
        p.model_copy(update={"deputy": None}) if p.id == "IT-MGR" else p for p in plan.people
    )
    broken = plan.model_copy(update={"people": people})
    found = {each.key: each for each in of_plan(broken, check_plan(broken, TODAY))}
    assert found["deputy-missing people[IT-MGR].deputy"].severity is Severity.SERIOUS


@pytest.mark.covers("R7")
def test_a_finding_keeps_its_age_while_it_is_found_each_day(plan: Plan, ready: Readiness) -> None:
    later = datetime(2026, 11, 29, 5, 30, tzinfo=UTC)
    again = look(plan, [], later, before=ready, hours=24)
    kept = "reserve-of-one ALPHA/nl"
    assert (ready.since[kept], again.since[kept]) == ("2026-11-26", "2026-11-26")
    fresh = look(plan, check_plan(plan, TODAY), later, before=again, hours=24)
    assert fresh.since["reserve-of-too-many agents[AG-031].standby_queues"] == "2026-11-29"


@pytest.mark.covers("R7")
def test_queues_and_systems_have_priority_dependencies_and_known_weaknesses(
    ready: Readiness,
) -> None:
    by_code = {each.code: each for each in ready.weights}
    romanian, vcc = by_code["CHARLIE/ro"], by_code["VCC"]
    assert {"line-33", "VCC", "PRICE-LIST"} <= set(romanian.depends_on)
    assert romanian.serious >= 3
    assert romanian.since == "2026-11-26"
    assert (vcc.priority, vcc.kind) == ("P1", "system")
    queues = [each for each in ready.weights if each.kind == "queue"]
    assert [q.seat_hours for q in queues] == sorted((q.seat_hours for q in queues), reverse=True)
    assert len(ready.weights) == 15 + 8


def test_a_result_is_read_back_as_it_was(ready: Readiness) -> None:
    kept: Mapping[str, Any] = json.loads(json.dumps(as_data(ready)))
    again = from_data(kept)
    assert again == ready
    assert [in_language(f.what, "hu") for f in again.findings] == [
        in_language(f.what, "hu") for f in ready.findings
    ]


@pytest.mark.covers("D27")
def test_calendars_that_end_with_the_year_are_found_until_it_is_entered(plan: Plan) -> None:
    every = list(calendar_findings(plan, TODAY))
    found = {each.where for each in every if each.code == "calendar-not-filled"}
    assert "calendars[CHARLIE-HOURS]" in found
    assert "calendars[DELTA-HOURS]" not in found, "it has New Year's Day of 2027"
    assert not list(calendar_findings(plan, date(2025, 10, 1)))
    bare = plan.model_copy(update={"calendars": tuple(
        c.model_copy(update={"market": None, "overrides": ()}) for c in plan.calendars
    )})  # fmt: skip
    codes = {each.code for each in calendar_findings(bare, TODAY)}
    assert codes == {"calendar-without-holidays"}


@pytest.mark.covers("E38")
def test_clock_changes_of_thirteen_months_are_listed_each_zone_by_its_own(plan: Plan) -> None:
    changes = {(c.zone, c.at, c.minutes) for c in clock_changes(plan, NOW)}
    assert ("Europe/Budapest", datetime(2027, 3, 28, 1, tzinfo=UTC), 60) in changes
    assert ("America/Toronto", datetime(2027, 11, 7, 6, tzinfo=UTC), -60) in changes
    assert not [zone for zone, _, _ in changes if zone == "Asia/Kuala_Lumpur"]


@pytest.mark.covers("R51", "R52", "D28")
def test_a_test_and_a_review_are_overdue_from_the_day_after(plan: Plan) -> None:
    dates = (
        Due(TEST_OF_THE_PLAN, "test", date(2026, 11, 25)),
        Due(REVIEW_OF_THE_PLAN, "review", date(2026, 11, 26)),
        Due(phrase("the review of the plan"), "never", None),
    )
    found = list(overdue(plan, dates, TODAY))
    assert [each.code for each in found] == ["test-overdue", "never-overdue"]
    assert "2026-11-25" in found[0].what
    assert "never" in found[1].what


def test_a_client_without_voicemail_is_a_dead_end(plan: Plan) -> None:
    clients = tuple(
        c.model_copy(update={"permits": c.permits.model_copy(
            update={"voicemail": False, "non_native": False})})
        if c.id == "CL-4" else c
        for c in plan.clients
    )  # fmt: skip
    strict = plan.model_copy(update={"clients": clients})
    found = {each.code: each for each in weak_points(strict, ()) if "CL-4" in each.where}
    assert found["voicemail-barred"].severity is Severity.SERIOUS
    assert found["non-native-barred"].severity is Severity.NOTE
