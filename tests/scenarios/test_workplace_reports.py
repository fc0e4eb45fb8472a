"""Clients told where agents can't work: by their own queues, as projects join, by contract."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kitart.alerts.workplace import report_outage, takes_back
from kitart.journal import cover, incidents, looks, observations, timeline
from kitart.journal.outage_reports import Said
from kitart.messaging import questions
from kitart.plan.workplace import WORKPLACE
from kitart.reports.gathering import gather
from tests import catalogues

pytestmark = pytest.mark.timeout(300)

# Nobody answers for data protection, so that the plan goes on as long as the story does.
PEOPLE = {
    "default": {
        "delay_s": 0,
        "answers": {
            "ack": "take", "priority": "P2", "approve": "approve", "data-protection": "leave",
            # Levels and backups are put into the record by hand here.
            "cover-level": "leave", "lower-level": "leave",
        },
    }
}  # fmt: skip
NUMBER = "INC-0001"


class Floor:
    """What happens among the agents, written by hand into the story's journal."""

    def __init__(self, story: Any) -> None:
        self.story = story
        # Who is live is written by hand too: the phone system shows nobody.
        story.world.vcc.put_agents([a.id for a in story.plan.agents], None)

    def out(self, agent: str, *, joins: bool = True) -> None:
        story, now = self.story, self.story.clock.now()
        project, _, language = story.plan.agent(agent).queue.partition("/")
        said = Said(
            agent=agent, project=project, language=language, area=story.plan.agent(agent).area,
            reported_by=agent, role="agent", safe="yes", what="power", can_move="no",
            occurred_at=now, until=None,
        )  # fmt: skip
        with story.inst.journal.write() as session:
            made = report_outage(
                session, story.plan, f"story:{agent}", said, now=now,
                incident=NUMBER if joins else None,
            )  # fmt: skip
            assert made is not None
            assert made.incident == NUMBER
            if made.new:
                observations.add(
                    session, WORKPLACE, "down", looks.PERSON, "agents are missing",
                    now=now, incident=NUMBER,
                )  # fmt: skip

    def back(self, *agents: str) -> None:
        with self.story.inst.journal.write() as session:
            for agent in agents:
                takes_back(session, agent, by=agent, role="agent", now=self.story.clock.now())

    def level(self, project: str, level: int, why: str = "") -> None:
        with self.story.inst.journal.write() as session:
            timeline.append(
                session, NUMBER, "level set", f"{project}: level {level}",
                now=self.story.clock.now(), author="account manager", source="person",
                data={"project": project, "level": level, "view": "account_manager",
                      "role": "account_manager", "reason": why},
            )  # fmt: skip

    def called(self, agent: str, queue: str, rung: str) -> int:
        now, limits = self.story.clock.now(), self.story.plan.limits
        with self.story.inst.journal.write() as session:
            row = cover.reserve(
                session, NUMBER, agent, queue, rung, now=now,
                hold=timedelta(minutes=limits.reservation_hold),
                due_at=now + timedelta(minutes=limits.backup_start),
            )  # fmt: skip
            assert row is not None
            cover.answer(session, row.id, cover.YES, via="link", now=now)
            return row.id

    def live(self, call: int) -> None:
        now = self.story.clock.now()
        with self.story.inst.journal.write() as session:
            row = cover.held(session, call)
            cover.live(row, by="supervisor", now=now)
            timeline.append(
                session, NUMBER, "backup live", "a backup is live", now=now,
                data={"call": call, "queue": row.queue, "project": row.queue.partition("/")[0]},
            )  # fmt: skip

    def recovered(self) -> None:
        now = self.story.clock.now()
        with self.story.inst.journal.write() as session:
            row = incidents.get(session, NUMBER)
            up = now - timedelta(minutes=15)
            observations.add(
                session, WORKPLACE, "up", looks.PERSON, "all are back", now=up, incident=NUMBER
            )
            for project in row.projects or ():
                timeline.append(
                    session, NUMBER, "success factor proved", f"{project}: answered",
                    now=now, occurred_at=up + timedelta(minutes=1), source="person",
                    data={"factor": "calls are answered by the usual agents", "project": project,
                          "kind": "person's word", "role": "supervisor"},
                )  # fmt: skip
            row.recovered_at, row.state = up, "recovered"
            timeline.append(session, NUMBER, "recovery declared", "held", now=now)


def sent(story: Any, client: str) -> list[Any]:
    return [d for d in story.documents(client) if d.sent_at]


@pytest.mark.covers("R45", "A16", "E4", "E36", "D6", "D22", "D23", "D26", "A23")
@pytest.mark.begins(people=PEOPLE)
def test_each_client_is_told_of_its_own_seats_as_its_contract_says(story) -> None:
    floor = Floor(story)
    floor.out("AG-043", joins=False)  # the only one who answers BRAVO's Spanish line
    story.eventually(lambda: story.entries("run began"), "the run")
    story.settle(quiet_s=0.8)
    first, *_ = sent(story, "CL-2")  # an update too, where the priority is set after it
    assert first.type == "first-notification"
    assert "Calls to your Spanish line are not answered at present." in first.text
    assert "BRAVO Spanish: 0 of 1 seats filled (nobody)." in first.text
    assert "Agents who cannot work at present: Spain: 1." in first.text
    assert first.due_at == story.start + timedelta(minutes=30)
    assert not [d for code in ("CL-1", "CL-3", "CL-4") for d in story.documents(code)]

    # Cover comes: what was told is no longer so, and the client reads so before the hour is over.
    story.at("09:05")
    floor.level("BRAVO", 2, "the only native on standby is in the same area")
    call = floor.called("AG-045", "BRAVO/es", "non_native")
    story.at("09:18", by_minutes=13)
    floor.live(call)
    story.settle()
    update = sent(story, "CL-2")[-1]
    assert update.type == "status-update"
    assert "in the language of the line, but not by native speakers alone" in update.text
    assert "speakers of the language, not native: 1" in update.text
    assert "Cover level: 2." in update.text
    assert "the only native on standby is in the same area" in update.text
    assert "AG-0" not in update.html

    # A project joins: its contract wants no notice for one seat. For two it does.
    floor.out("AG-014")
    story.settle()
    assert story.incident.projects == ["BRAVO", "CHARLIE"]
    assert [e.data["client"] for e in story.entries("internal record only")] == ["CL-3"]
    assert not story.documents("CL-3")
    story.at("09:28", by_minutes=5)
    floor.out("AG-015")
    floor.out("AG-013")
    story.settle()
    assert len(story.entries("internal record only")) == 1
    told = sent(story, "CL-3")[-1]
    assert told.type == "first-notification"
    assert told.due_at == story.start + timedelta(minutes=58)
    assert '<html lang="hu">' in told.html
    assert "betöltött helyek: 0 / 3" in told.text
    assert catalogues.left_in_english(told.text, "hu", "reports") == []
    for foreign in ("BRAVO", "Bravo", "spanyol", "Spanyol"):
        assert foreign not in told.html

    # What stands with each question reads well: seats and levels, no system that fails.
    with story.inst.journal.read() as session:
        plan = story.inst.plan_of(NUMBER)
        lines = [str(each) for each in questions.known(session, plan, NUMBER, story.clock.now())]
    assert any(line.startswith("BRAVO/es: 1 of 1 seats filled") for line in lines), lines
    assert any(line.startswith("CHARLIE/hu: 0 of 3 seats filled") for line in lines), lines
    assert any(line.startswith("BRAVO: level 2 is in force since") for line in lines), lines
    assert not any("offline" in line or "Place of work" in line for line in lines), lines

    # All are back: the recovery notice says so to both, with the clock of each queue.
    story.at("09:40", by_minutes=6)
    floor.back("AG-043", "AG-014", "AG-013", "AG-015")
    story.at("09:56", by_minutes=8)
    floor.recovered()
    story.settle()
    notices = [sent(story, code)[-1] for code in ("CL-2", "CL-3")]
    assert {each.type for each in notices} == {"recovery-notice"}
    assert "The usual agents answer again" in notices[0].text
    assert "BRAVO, Spanish; Objective: 0.5 h" in notices[0].text
    assert "met (restored after 0:18 h)" in notices[0].text
    assert story.incident.state != "closed"


@pytest.mark.covers("E36", "A16")
@pytest.mark.begins(at="2026-11-24T06:30:00+00:00", people=PEOPLE)
def test_before_the_line_opens_nobody_is_told_and_at_the_opening_the_clock_begins(story) -> None:
    floor = Floor(story)
    floor.out("AG-014", joins=False)
    floor.out("AG-013")
    story.eventually(lambda: story.entries("run began"), "the run")
    story.settle(quiet_s=0.8)
    assert not story.documents("CL-3")
    story.at("07:02", by_minutes=10)
    told = story.eventually(lambda: sent(story, "CL-3"), "the notice at the opening")[-1]
    assert told.due_at == story.start.replace(hour=7, minute=30)
    (effect,) = told.facts["effects"]
    assert effect["effect_start"] == "2026-11-24T07:00:00Z"
    assert "A hívásokat jelenleg nem fogadja senki." in told.text


@pytest.mark.covers("A16", "E10", "R22")
@pytest.mark.begins(at="2026-11-24T08:12:00+00:00", people=PEOPLE)
def test_scenario_a_one_seat_stays_an_internal_record_with_its_clock(story) -> None:
    floor = Floor(story)
    floor.out("AG-014", joins=False)
    story.eventually(lambda: story.entries("run began"), "the run")
    story.settle(quiet_s=0.8)
    floor.level("CHARLIE", 1)
    call = floor.called("AG-016", "CHARLIE/hu", "native")
    story.at("08:33", by_minutes=20)
    floor.live(call)
    story.at("10:02", by_minutes=45)
    floor.back("AG-014")
    story.at("10:17", by_minutes=15)
    floor.recovered()
    story.settle()
    assert len(story.entries("internal record only")) == 1
    (untold,) = story.entries("no effect")
    assert untold.data["client"] == "CL-3"
    assert untold.text.startswith("Fewer seats were affected")
    assert not story.documents("CL-3")
    with story.inst.journal.read() as session:
        facts = gather(session, story.inst.plan_of(NUMBER), NUMBER, story.clock.now())
    (queue,) = [each for each in facts.cover if each.touched]
    (objective,) = queue.objectives
    assert objective.outcome == "met"
    (shortage,) = queue.shortages
    assert shortage.recovered_at == story.start + timedelta(minutes=21)
