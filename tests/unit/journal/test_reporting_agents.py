"""Agents can't work: which incident a report opens or joins, on both databases (R17, E4, E33)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kitart.alerts.workplace import Reported, report_outage, take_up, takes_back
from kitart.journal import cover, incidents, outage_reports, timeline
from kitart.journal.database import Journal
from kitart.journal.outage_reports import AGENT, Said
from kitart.journal.tables import Incident
from kitart.plan.loading import load_plan
from kitart.plan.workplace import WORKPLACE_UNUSABLE
from kitart.settings import HOUSE

pytestmark = pytest.mark.covers("R17")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Budapest
NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
HU_CS, HU_PE, PL, STANDBY = "AG-014", "AG-013", "AG-047", "AG-032"


def said(agent: str = HU_CS, what: str = "power", *, at: datetime = NOW, **more: Any) -> Said:
    known = PLAN.agent(agent)
    project, _, language = known.queue.partition("/")
    fields: dict[str, Any] = {
        "agent": agent, "project": project, "language": language, "area": known.area,
        "reported_by": agent, "role": AGENT, "safe": "yes", "what": what, "can_move": "no",
        "occurred_at": at, "until": None,
    }  # fmt: skip
    return Said(**(fields | more))


def report(
    journal: Journal, words: Said, form: str = "", now: datetime = NOW, **more: Any
) -> Reported | None:
    with journal.write() as session:
        form = form or f"{words.agent}:{words.words}:{now}"
        return report_outage(session, PLAN, form, words, now=now, **more)


def opened(journal: Journal) -> list[Incident]:
    with journal.read() as session:
        return incidents.open_incidents(session)


def entries(journal: Journal, type: str, number: str = "INC-0001") -> list[Any]:
    with journal.read() as session:
        return timeline.entries(session, number, type)


def number_of(made: Reported | None) -> str | None:
    assert made is not None
    return made.incident


@pytest.mark.covers("E33")
def test_a_report_opens_an_incident_with_its_project_and_its_times(journal: Journal) -> None:
    began = NOW - timedelta(minutes=15)
    made = report(journal, said(at=began))
    assert made is not None
    assert (made.incident, made.new) == ("INC-0001", True)
    (incident,) = opened(journal)
    assert (incident.kind, incident.projects) == (WORKPLACE_UNUSABLE, ["CHARLIE"])
    assert (incident.cause_at, incident.reported_at, incident.reported_by) == (began, NOW, "agent")
    (entry,) = entries(journal, "agent offline")
    assert entry.text == "AG-014 can't work (CHARLIE/hu): power; says so; safe"
    assert (entry.occurred_at, entry.recorded_at) == (began, NOW)
    assert entry.data["opened"] is True


@pytest.mark.covers("E4")
def test_agents_of_three_projects_with_one_cause_are_one_incident(journal: Journal) -> None:
    agents = (HU_CS, HU_PE, "AG-052", "AG-049")
    at = NOW + timedelta(hours=4)  # all of them are at work
    numbers = [number_of(report(journal, said(a, at=at), now=at)) for a in agents]
    assert set(numbers) == {"INC-0001"}
    (incident,) = opened(journal)
    assert incident.projects == ["CHARLIE", "DELTA"]
    assert len(entries(journal, "agent offline")) == 4


@pytest.mark.covers("E5")
def test_another_cause_is_another_incident(journal: Journal) -> None:
    report(journal, said(HU_CS, "device"))
    made = report(journal, said(HU_PE, "health"))
    assert number_of(made) == "INC-0002"
    assert len(opened(journal)) == 2


@pytest.mark.covers("E33")
def test_the_earliest_report_and_the_earliest_beginning_count(journal: Journal) -> None:
    report(journal, said(HU_CS, at=NOW))
    # Recorded later, it began before; and one whose recorder's clock is behind.
    report(journal, said(HU_PE, at=NOW - timedelta(hours=1)), now=NOW + timedelta(minutes=2))
    (incident,) = opened(journal)
    assert (incident.cause_at, incident.reported_at) == (NOW - timedelta(hours=1), NOW)
    earlier = NOW - timedelta(seconds=20)
    report(journal, said(PL, at=earlier, role="supervisor"), now=earlier)
    (incident,) = opened(journal)
    assert (incident.reported_at, incident.reported_by) == (earlier, "supervisor")


def test_sent_twice_or_said_twice_it_is_one(journal: Journal) -> None:
    report(journal, said(), "one-form")
    assert report(journal, said(), "one-form") is None
    assert report(journal, said(), "another-form") is None
    assert len(entries(journal, "agent offline")) == 1


def test_newer_words_stay_in_the_incident_also_when_the_shift_is_over(journal: Journal) -> None:
    report(journal, said())
    late = NOW + timedelta(hours=12)
    made = report(journal, said(what="device", at=late), now=late)
    assert made is not None
    assert (made.incident, made.new, made.row.occurred_at) == ("INC-0001", False, NOW)


@pytest.mark.covers("E36")
def test_who_is_not_expected_at_work_costs_no_seat_until_the_shift_is_near(
    journal: Journal,
) -> None:
    made = report(journal, said(at=NIGHT), now=NIGHT)
    assert made is not None
    assert made.incident is None  # 03:00 in Budapest; the shift begins at 08:00
    assert opened(journal) == []
    near = NIGHT + timedelta(hours=1, minutes=1)
    again = report(journal, said(at=near), now=near)
    assert again is not None
    assert (again.incident, again.new, again.row.id) == ("INC-0001", True, made.row.id)
    (incident,) = opened(journal)
    assert (incident.cause_at, incident.reported_at) == (NIGHT, near)


@pytest.mark.covers("E36")
def test_a_report_of_the_night_is_taken_up_once_when_the_shift_is_near(journal: Journal) -> None:
    report(journal, said(at=NIGHT), now=NIGHT)
    found: list[Reported | None] = []
    for hours in (0.5, 1.5, 2):
        with journal.write() as session:
            row = outage_reports.of_agent(session, HU_CS)
            assert row is not None
            found.append(take_up(session, PLAN, row, now=NIGHT + timedelta(hours=hours)))
    assert [made is not None for made in found] == [False, True, False]
    assert len(opened(journal)) == 1


@pytest.mark.covers("R32", "E2")
def test_a_backup_who_drops_out_belongs_to_the_incident_of_the_seat(journal: Journal) -> None:
    report(journal, said(PL))
    with journal.write() as session:
        call = cover.reserve(
            session, "INC-0001", STANDBY, "BRAVO/de", "native", now=NOW,
            hold=timedelta(minutes=10), due_at=NOW + timedelta(minutes=30),
        )  # fmt: skip
        assert call is not None
        assert cover.answer(session, call.id, "yes", via="link", now=NOW) == cover.ACCEPTED
    made = report(journal, said(STANDBY, "device"))
    assert number_of(made) == "INC-0001"
    (incident,) = opened(journal)
    assert incident.projects == ["CHARLIE", "BRAVO"]


def test_an_incident_that_is_named_is_joined_while_it_is_open(journal: Journal) -> None:
    report(journal, said(HU_CS, "device"))
    made = report(journal, said(HU_PE, "health"), incident="INC-0001")
    assert number_of(made) == "INC-0001"
    with journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=NOW)
    made = report(journal, said(PL), incident="INC-0001")
    assert number_of(made) == "INC-0002"


def test_a_report_after_closing_opens_a_new_incident(journal: Journal) -> None:
    report(journal, said())
    with journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=NOW)
    assert number_of(report(journal, said(what="internet"))) == "INC-0002"


def test_who_works_again_is_in_the_record_of_an_open_incident_alone(journal: Journal) -> None:
    report(journal, said())
    with journal.write() as session:
        assert takes_back(session, HU_CS, by="SV-3", role="account_manager", now=NOW)
        assert not takes_back(session, HU_CS, by="SV-3", role="account_manager", now=NOW)
    (entry,) = entries(journal, "agent back")
    assert (entry.author, entry.text) == (
        "account manager", "AG-014 works again, says the account manager"
    )  # fmt: skip
    report(journal, said(what="internet"))
    with journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=NOW)
        assert takes_back(session, HU_CS, by=HU_CS, role=AGENT, now=NOW)
    assert len(entries(journal, "agent back")) == 1


@pytest.mark.covers("E4", "E33")
def test_many_who_report_at_once_open_one_incident(journal: Journal) -> None:
    agents = [HU_CS, HU_PE, "AG-001", "AG-002", "AG-005", PL]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda agent: report(journal, said(agent)), agents))
    assert {number_of(each) for each in made} == {"INC-0001"}
    assert [bool(each and each.new) for each in made].count(True) == 1
    (incident,) = opened(journal)
    assert sorted(incident.projects or ()) == ["ALPHA", "CHARLIE"]
    assert len(entries(journal, "agent offline")) == len(agents)
