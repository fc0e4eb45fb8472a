"""The sample company is what its description says, weak points included."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from kitart.plan.checks import check_plan
from kitart.plan.schema import Plan
from kitart.rules.calendars import is_open
from kitart.rules.rosters import agents_on_shift, agents_on_standby, seats_needed

BUDAPEST = ZoneInfo("Europe/Budapest")
TODAY = date(2026, 11, 19)
WINTER_WEEKDAYS = [date(2026, 11, day) for day in range(16, 21)]
SUMMER_WEEKDAYS = [date(2026, 7, day) for day in range(6, 11)]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BUDAPEST)


def test_there_are_four_projects_in_nine_languages(plan: Plan) -> None:
    assert {p.id: [q.lang for q in p.queues] for p in plan.projects} == {
        "ALPHA": ["de", "fr", "nl", "en"],
        "BRAVO": ["de", "en", "es", "it"],
        "CHARLIE": ["hu", "pl", "ro"],
        "DELTA": ["en", "fr", "it", "es"],
    }
    assert len({q.lang for p in plan.projects for q in p.queues}) == 9


def test_sixty_agents_live_in_the_countries_described(plan: Plan) -> None:
    assert [agent.id for agent in plan.agents] == [f"AG-{n:03d}" for n in range(1, 61)]
    assert Counter(agent.country for agent in plan.agents) == {
        "HU": 14, "RO": 8, "PL": 7, "ES": 7, "DE": 6, "IT": 6, "PT": 4, "MA": 3, "MY": 3, "CA": 2,
    }  # fmt: skip
    assert all(agent.area.startswith(f"{agent.country}-") for agent in plan.agents)
    assert Counter(agent.queue.split("/")[0] for agent in plan.agents) == {
        "ALPHA": 18, "BRAVO": 20, "CHARLIE": 10, "DELTA": 12,
    }  # fmt: skip
    assert sum(agent.standby_only for agent in plan.agents) == 6


def test_on_a_tuesday_at_ten_34_are_on_shift_and_12_on_standby(plan: Plan) -> None:
    moment = at(date(2026, 11, 17), 10)
    assert len(agents_on_shift(plan, moment)) == 34
    assert len(agents_on_standby(plan, moment)) == 12


@pytest.mark.parametrize("day", WINTER_WEEKDAYS + SUMMER_WEEKDAYS)
def test_on_any_weekday_at_ten_it_is_about_as_many(plan: Plan, day: date) -> None:
    assert 32 <= len(agents_on_shift(plan, at(day, 10))) <= 34
    assert 11 <= len(agents_on_standby(plan, at(day, 10))) <= 12


@pytest.mark.parametrize("day", WINTER_WEEKDAYS + SUMMER_WEEKDAYS)
def test_at_three_in_the_night_seven_of_bravo_are_on_shift_and_four_on_standby(
    plan: Plan, day: date
) -> None:
    night = agents_on_shift(plan, at(day, 3))
    assert Counter(agent.queue for agent in night) == {
        "BRAVO/en": 2,
        "BRAVO/de": 1,
        "BRAVO/es": 2,
        "BRAVO/it": 2,
    }
    assert len(agents_on_standby(plan, at(day, 3))) == 4


def test_the_night_of_the_storm_is_staffed_as_its_scenario_needs(plan: Plan) -> None:
    moment = datetime(2026, 11, 22, 2, 40, tzinfo=UTC)  # a Sunday
    hit = [a for a in agents_on_shift(plan, moment) if a.country in {"ES", "PT"}]
    assert Counter(agent.queue for agent in hit) == {"BRAVO/es": 2, "BRAVO/it": 1}
    standby = {(a.country, lang) for a in agents_on_standby(plan, moment) for lang in a.languages}
    assert {("ES", "es"), ("IT", "it"), ("MA", "es"), ("CA", "en")} <= standby
    spanish = next(a for a in agents_on_standby(plan, moment) if a.country == "ES")
    assert spanish.area in {agent.area for agent in hit}
    moroccan = next(a for a in agents_on_standby(plan, moment) if a.country == "MA")
    assert moroccan.languages["es"] == "C1"
    assert plan.client_of("BRAVO").permits.country_allowed("MA")


@pytest.mark.parametrize("week", [date(2026, 11, 16), date(2026, 2, 2)])
def test_every_named_window_is_staffed_by_its_own_roster(plan: Plan, week: date) -> None:
    """Outside the window "other" a queue has at least the seats it needs."""
    start = datetime(week.year, week.month, week.day, 0, 30, tzinfo=UTC)
    for hour in range(7 * 24):
        moment = start + timedelta(hours=hour)
        live = Counter(agent.queue for agent in agents_on_shift(plan, moment))
        for project in plan.projects:
            if project.id == "BRAVO" and not _in_bravos_named_windows(moment):
                continue
            if is_open(plan.calendar_of(project.id), moment):
                for queue in project.queues:
                    need = seats_needed(plan, project.id, queue.lang, moment)
                    assert live[f"{project.id}/{queue.lang}"] >= need, (project.id, queue, moment)


def _in_bravos_named_windows(moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo("Europe/London"))
    day = local.weekday() < 5 and 9 <= local.hour < 14
    return day or local.hour >= 23 or local.hour < 5


@pytest.mark.covers("E1")
def test_the_agents_named_in_the_edge_cases_are_as_told(plan: Plan) -> None:
    assert plan.agent("AG-014").queue == "CHARLIE/hu"
    polyglot = plan.agent("AG-031")
    assert polyglot.languages == {"de": "native", "fr": "C1", "en": "C1"}
    assert len(polyglot.standby_queues) == 3
    pole = plan.agent("AG-047")
    assert (pole.country, pole.area, pole.time_zone) == ("PL", "PL-24", "Europe/Warsaw")
    assert pole.languages == {"pl": "native", "de": "C1", "en": "B2"}
    assert (pole.projects, pole.shift) == (("CHARLIE", "BRAVO"), ("Mon-Fri 06:00-14:00",))
    assert pole.standby == ("Mon-Fri 09:00-20:00",)


@pytest.mark.covers("E15", "A8")
def test_romanian_has_one_agent_and_no_standby_in_the_late_afternoon(plan: Plan) -> None:
    moment = at(date(2026, 11, 17), 17)
    assert [a.id for a in agents_on_shift(plan, moment) if a.queue == "CHARLIE/ro"] == ["AG-012"]
    assert not [a for a in agents_on_standby(plan, moment) if "ro" in a.languages]
    assert {a.area for a in plan.agents if a.queue == "CHARLIE/ro"} == {"RO-IS"}
    assert not plan.client("CL-3").permits.english_only


def test_dutch_has_three_agents_and_one_standby(plan: Plan) -> None:
    dutch = [agent for agent in plan.agents if "nl" in agent.languages]
    assert len(dutch) == 3
    assert sum("ALPHA/nl" in agent.standby_queues for agent in dutch) == 1


def test_permits_and_pre_approved_texts_are_those_of_the_clients(plan: Plan) -> None:
    assert [c.report.pre_approved_short_text for c in plan.clients] == [True, True, False, True]
    assert not plan.client("CL-1").permits.country_allowed("MA")
    assert plan.client("CL-1").permits.country_allowed("PT")
    assert {c.id: c.report.language for c in plan.clients if c.report.language != "en"} == {
        "CL-3": "hu"
    }


def test_each_person_agent_contact_and_supplier_has_numbers_of_their_own(plan: Plan) -> None:
    held = [
        (owner.id, channel.address)
        for owners in (
            plan.agents, plan.people, plan.suppliers, [k for c in plan.clients for k in c.contacts],
        )
        for owner in owners
        for channel in owner.channels
    ]  # fmt: skip
    numbers = [address for _, address in held if address.startswith("+")]
    numbers += [line.number for line in plan.lines]
    numbers += [line.carrier_divert_number or "" for line in plan.lines]
    assert len(set(numbers)) == len(numbers)
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(n)) for n in numbers)
    mails = [address for _, address in held if "@" in address]
    assert len(set(mails)) == len(mails)
    assert all(address.endswith(".example") for address in mails)


@pytest.mark.covers("R50", "A20")
def test_the_matrix_holds_every_role_with_a_deputy(plan: Plan) -> None:
    kinds = Counter(person.kind for person in plan.people)
    assert kinds == {
        "supervisor": 5, "account_manager": 2, "it_manager": 2, "vcc_admin": 2, "ert": 5,
        "cmt_lead": 2, "cmt": 3, "data_protection": 2,
    }  # fmt: skip
    assert all(person.deputy for person in plan.people)
    assert plan.person("CMT-LEAD").deputy == "CMT-DEP"
    assert plan.people_of_kind("it_manager")[0].id == "IT-MGR"


@pytest.mark.covers("A31", "D14", "D27", "E22")
def test_its_check_finds_no_error_and_exactly_the_intended_weak_points(plan: Plan) -> None:
    problems = check_plan(plan, TODAY)
    assert {problem.severity for problem in problems} == {"warning"}
    weak = {problem.where: problem.message for problem in problems}
    codes = [person.id for person in plan.people]
    expected = {
        f"people[{codes.index('AM-1')}].deputy": "AM-2",
        f"people[{codes.index('AM-2')}].deputy": "AM-1",
        f"people[{codes.index('CMT-LEAD')}].channels": "OPERATOR-1",
        "company.operators[0]": "3 of 5 ERT",
        "agents[30].standby_queues": "AG-031",
        "projects[0].queues[0]": "AG-031, AG-032",
        "projects[2].queues[2]": "RO-IS",
    }
    assert weak.keys() == expected.keys()
    for where, word in expected.items():
        assert word in weak[where]
