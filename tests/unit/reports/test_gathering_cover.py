"""Scenario B out of a journal: from reports and call-outs to the client's closing report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kitart.alerts.workplace import report_outage
from kitart.installation import incident_plan
from kitart.journal import call_figures, cover, cover_warnings, incidents, timeline
from kitart.journal.database import Journal
from kitart.journal.late_entries import Writer
from kitart.journal.outage_reports import Said
from kitart.journal.tables import Document
from kitart.language import phrase
from kitart.messaging.known import known_facts
from kitart.messaging.short_text import short_text_values
from kitart.messaging.texts import render_message
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.reports.building import desk_for
from kitart.reports.call_tables import calls, language_quality, service_level
from kitart.reports.closing_report import build_closing_report
from kitart.reports.facts import IncidentFacts
from kitart.reports.gathering import gather
from kitart.reports.internal import internal_alert
from kitart.reports.rendering import render
from kitart.reports.tables import rto_lines
from kitart.rules.call_figures import Tally, Usual, slices
from tests.new_journal import make_tables
from tests.unit.reports.cover import At

SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)


def at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return SUNDAY.replace(hour=hour, minute=minute)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).resolve().parents[3] / "config")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    journal = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(journal)
    with journal.write() as session:
        yield session
    journal.close()


def scenario_b(session: Session, plan: Plan) -> str:
    number = ""
    for agent in ("AG-023", "AG-024", "AG-027"):
        project, _, language = plan.agent(agent).queue.partition("/")
        said = Said(
            agent=agent, project=project, language=language, area=plan.agent(agent).area,
            reported_by=agent, role="agent", safe="yes", what="power", can_move="no",
            occurred_at=at("02:40"), until=None,
        )  # fmt: skip
        made = report_outage(session, plan, agent, said, now=at("02:41"), incident=number or None)
        assert made is not None
        number = made.incident or ""
    for level, clock, why in ((2, "02:45", "storm"), (3, "03:06", "the line broke")):
        timeline.append(
            session, number, "level set", f"level {level}", now=at(clock),
            data={"project": "BRAVO", "level": level, "view": "account_manager",
                  "role": "account_manager", "reason": why},
        )  # fmt: skip
    called(session, number, "AG-045", "BRAVO/es", "non_native", "02:46", "02:58", "03:05")
    called(session, number, "AG-057", "BRAVO/es", "english_only", "03:07", "03:29")
    called(session, number, "AG-060", "BRAVO/it", "native", "02:45", "02:55")
    return number


def called(
    session: Session, number: str, agent: str, queue: str, rung: str, asked: str, live: str,
    gone: str | None = None,
) -> None:  # fmt: skip
    row = cover.reserve(
        session, number, agent, queue, rung, now=at(asked), hold=timedelta(minutes=10),
        due_at=at(asked) + timedelta(minutes=30),
    )  # fmt: skip
    assert row is not None
    cover.answer(session, row.id, cover.YES, via="link", now=at(asked))
    cover.live(row, by="phone system", now=at(live))
    if gone:
        cover.end(row, cover.LOST, now=at(gone))
    session.flush()


def facts_at(session: Session, plan: Plan, clock: str) -> IncidentFacts:
    number = scenario_b(session, plan)
    own_plan = incident_plan(plan, incidents.get(session, number))
    return gather(session, own_plan, number, at(clock))


@pytest.mark.covers("A16", "A17", "E14", "R28", "R34", "D11", "D22")
def test_two_queues_two_clocks_one_incident(session: Session, plan: Plan) -> None:
    facts = facts_at(session, plan, "04:00")
    by_lang = {queue.lang: queue for queue in facts.cover}
    es, it = by_lang["es"], by_lang["it"]
    assert (es.needed, es.filled, es.situation) == (1, 1, "english")
    assert (it.needed, it.filled, it.situation) == (2, 2, "native")
    (missed,), (met,) = es.objectives, it.objectives
    assert (missed.outcome, missed.late_by_s) == ("missed", 19 * 60)
    assert met.outcome == "met"
    assert [(each.start, each.end) for each in es.shortages[0].interim] == [
        (at("02:58"), at("03:05"))
    ]
    assert facts.cover_level == 3
    assert {(each.country, each.count) for each in facts.agents_out} == {("ES", 1), ("PT", 2)}
    assert facts.diverts == ()
    (effect,) = facts.effects
    assert effect.effect_start == at("02:40")
    assert {q.lang for q in effect.queues if q.affected} == {"es", "it"}
    dumped = facts.model_dump_json()
    assert IncidentFacts.model_validate_json(dumped) == facts


@pytest.mark.covers("A16", "E29", "D22", "D23")
def test_the_closing_report_tells_of_interim_cover_and_of_the_miss(
    session: Session, plan: Plan, moment: At
) -> None:
    facts = facts_at(session, plan, "04:00")
    view = build_closing_report(facts, "CL-2", now=at("04:00"))
    rows: dict[str, Any] = {row.measure: row for row in dict(view.times)["BRAVO, Spanish"]}
    assert rows["First cover"].actual == timedelta(minutes=18)
    assert rows["Full cover"].actual == timedelta(minutes=49)
    assert rows["Recovery time"].actual == timedelta(minutes=49)
    text = render(view).text
    assert "Recovery of BRAVO, Spanish: missed by 0:19 h" in text
    assert "Recovery of BRAVO, Italian: met" in text
    assert "2 from Sun 22 Nov 2026, 02:45 GMT" in text
    assert "3 from Sun 22 Nov 2026, 03:06 GMT" in text
    assert "BRAVO Spanish: all seats were filled from 02:58 GMT to 03:05 GMT; that did not" in text
    for hidden in ("AG-0", "ES-GA", "PT-13", "power"):
        assert hidden not in text


@pytest.mark.covers("E35")
def test_the_objectives_stand_by_queue(session: Session, plan: Plan) -> None:
    facts = facts_at(session, plan, "02:50")
    lines = rto_lines(desk_for(facts, "CL-2", at("02:50")))
    assert [(line.project, line.due) for line in lines] == [
        ("BRAVO, Spanish", at("03:10")), ("BRAVO, Italian", at("03:10")),
    ]  # fmt: skip


@pytest.mark.covers("R28", "A17")
def test_warnings_are_of_the_queues_that_are_still_short(session: Session, plan: Plan) -> None:
    number = scenario_b(session, plan)
    own_plan = incident_plan(plan, incidents.get(session, number))
    found = cover_warnings.open_warnings(session, own_plan, number, at("03:20"))
    assert [(each.queue, each.at, each.share) for each in found] == [
        ("BRAVO/es", at("02:55"), 0.5), ("BRAVO/es", at("03:10"), 1.0),
    ]  # fmt: skip


@pytest.mark.covers("R45", "E31")
def test_the_short_text_is_true_only_while_callers_feel_it(session: Session, plan: Plan) -> None:
    number = scenario_b(session, plan)
    own_plan = incident_plan(plan, incidents.get(session, number))

    def short(client: str, clock: str, type: str = "first-notification") -> dict[str, Any] | None:
        draft = Document(incident=number, client=client, type=type)
        return short_text_values(session, own_plan, draft, at(clock))

    said = short("CL-2", "03:15")  # Spanish is not answered any more, Italian is
    assert said is not None
    assert said["template"] == "client-limited-service"
    assert said["since"] == at("02:40")
    assert str(said["lines"]) == "your line +448081570203"
    assert short("CL-2", "03:15", "closing-report") is None
    assert short("CL-3", "03:15") is None
    text = render_message(
        said["template"], "sms", "en", number=number, zone="Europe/London", lines=said["lines"],
        since=said["since"], next_news="04:00", contact="duty manager",
    )  # fmt: skip
    assert "since 02:40 GMT limited service on your line +448081570203" in text.body


@pytest.mark.covers("R12", "R15", "D22")
def test_leads_are_told_that_agents_are_missing_and_no_system(session: Session, plan: Plan) -> None:
    facts = facts_at(session, plan, "03:15")
    alert = internal_alert(facts, next_step=phrase("x"), next_news=phrase("y"))
    assert str(alert["what"]) == "agents can't work: BRAVO"
    assert str(alert["affected"]) == "BRAVO (es, it)"
    assert alert["since"] == at("02:40")
    known = [str(each) for each in known_facts(facts, now=at("03:15"), zone="Europe/London")]
    assert known[0].startswith("Agents out: 3 (Spain 1, Portugal 2); first missed Sun 22 Nov")
    assert any(line.startswith("BRAVO/es: 0 of 1 seats filled (nobody)") for line in known)
    assert not any("AG-0" in line or "Place of work" in line for line in known)


@pytest.mark.covers("E5", "R6", "D23")
def test_another_incident_of_the_same_client_is_named_beside_this_one(
    session: Session, plan: Plan
) -> None:
    number = scenario_b(session, plan)
    own = plan.agent("AG-018")
    other = report_outage(
        session, plan, "form of AG-018",
        Said(
            agent="AG-018", project="BRAVO", language="en", area=own.area, reported_by="AG-018",
            role="agent", safe="yes", what="device", can_move="no", occurred_at=at("03:00"),
            until=None,
        ),
        now=at("03:00"),
    )  # fmt: skip
    assert other is not None
    own_plan = incident_plan(plan, incidents.get(session, number))
    facts = gather(session, own_plan, number, at("03:20"))
    (beside,) = facts.also_open
    assert (beside.number, beside.agents_out) == (other.incident, True)
    assert beside.client_ids == ("CL-2",)


@pytest.mark.covers("D3", "D23")
def test_calls_are_those_of_the_newest_count_and_of_the_queues_that_are_affected(
    session: Session, plan: Plan
) -> None:
    number = scenario_b(session, plan)
    for hour, offered in (("03:00", 10), ("04:00", 24)):
        rows = [
            call_figures.as_data(
                "BRAVO", language, at("02:40"), Tally(offered, offered - 4, 4, 0, offered - 6),
                {"native": offered - 4}, slices([], at("02:40"), at(hour)),
                Usual(4, 20, 18, 2, 11, 30),
            )
            for language in ("de", "en", "es", "it")
        ]  # fmt: skip
        call_figures.keep(
            session, number, "CL-2", rows, until=at(hour), compared=True, now=at(hour)
        )
    own_plan = incident_plan(plan, incidents.get(session, number))
    facts = gather(session, own_plan, number, at("04:05"))
    desk = desk_for(facts, "CL-2", at("04:05"))
    assert [(line.language, line.offered.value) for line in calls(desk)] == [
        ("Spanish", 24), ("Italian", 24),
    ]  # fmt: skip
    spanish = [line for line in service_level(desk) if "Spanish" in line]
    assert spanish == [
        "BRAVO, Spanish: 17% of the callers gave up, usual 10%; 24 calls, usual 20 (the middle of "
        "4 weeks, same weekday and hours, between 11 and 30)",
        "BRAVO, Spanish: answered within 30 s: 75%, agreed 85%",
    ]
    assert language_quality(desk)[0] == "BRAVO, Spanish: native speakers: 20 (100%)"
    assert facts.model_validate_json(facts.model_dump_json()) == facts


@pytest.mark.covers("D3")
def test_a_person_s_count_replaces_an_older_one_whole_and_leaves_no_part_of_it(
    session: Session, plan: Plan
) -> None:
    number = scenario_b(session, plan)
    row = call_figures.as_data(
        "BRAVO", "es", at("02:40"), Tally(24, 20, 4, 0, 18), {"native": 20},
        slices([], at("02:40"), at("04:00")), Usual(4, 20, 18, 2, 11, 30),
    )  # fmt: skip
    call_figures.keep(
        session, number, "CL-2", [row], until=at("04:00"), compared=True, now=at("04:00")
    )
    call_figures.tell(
        session, number, "BRAVO", "es", {"offered": 30, "answered": 21}, client="CL-2",
        until=at("04:00"), method="", writer=Writer("SV-2", "supervisor"), now=at("04:10"),
    )  # fmt: skip
    own_plan = incident_plan(plan, incidents.get(session, number))
    facts = gather(session, own_plan, number, at("04:20"))
    es = next(each for each in facts.calls if each.lang == "es")
    assert (es.offered.kind, es.offered.value, es.answered.value) == ("counted", 30, 21)
    assert es.abandoned.kind == "not available"
    assert (es.spoken_by, es.slices, es.target) == (None, (), None)
    assert es.usual is not None  # what is usual stays so


@pytest.mark.covers("D3")
def test_where_the_records_could_not_be_read_the_reason_is_ours_and_not_the_error_s(
    session: Session, plan: Plan
) -> None:
    number = scenario_b(session, plan)
    call_figures.keep_missing(
        session, number, "CL-2", "unreadable", "VCC Live: 10.1.2.3 refused", now=at("03:00")
    )
    own_plan = incident_plan(plan, incidents.get(session, number))
    text = render(
        build_closing_report(
            gather(session, own_plan, number, at("04:00")), "CL-2", now=at("04:00")
        )
    ).text
    assert "the phone system's records could not be read; it is tried again" in text
    assert "10.1.2.3" not in text
