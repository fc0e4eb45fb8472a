"""What the stories of the plan "workplace unusable" have in common: who is out, which level."""

from __future__ import annotations

from typing import Any

from kitart.alerts.workplace import report_outage, takes_back
from kitart.journal import approvals, levels, timeline
from kitart.journal.outage_reports import Said

ERT = [f"ERT-{n}" for n in range(1, 6)]
ROMANIAN = ("AG-010", "AG-011", "AG-012")
"""All who speak the language of CHARLIE/ro: nobody is left for it once they are out."""
WAITS = {
    "cover-level": "leave",
    "lower-level": "leave",
    "voicemail": "leave",
    "announcement": "leave",
    "strategy": "leave",
}
PEOPLE: dict[str, Any] = {
    "default": {
        "delay_s": 0,
        "answers": {"ack": "take", "priority": "P3", "data-protection": "no"} | WAITS,
        "fills": {"note": "So that you know"},
    },
}


def out(story, *agents: str, exercise: bool = False) -> str:
    """Supervisors report that these agents can't work; the incident's number."""
    now = story.clock.now()
    for code in agents:
        agent = story.plan.agent(code)
        project, _, language = agent.queue.partition("/")
        said = Said(
            agent=code, project=project, language=language, area=agent.area,
            reported_by="SV-3", role="supervisor", safe="yes", what="power", can_move="no",
            occurred_at=now, until=None,
        )  # fmt: skip
        with story.inst.journal.write() as session:
            made = report_outage(
                session, story.plan, f"form:{code}:{now}", said, now=now, exercise=exercise
            )
    assert made is not None
    return str(made.incident)


def back(story, *agents: str) -> None:
    """They work again, by their supervisor's word."""
    for code in agents:
        with story.inst.journal.write() as session:
            takes_back(session, code, by="SV-3", role="supervisor", now=story.clock.now())


def level(story, project: str, number: int, person: str = "AM-2") -> None:
    """The account manager invokes a level."""
    with story.inst.journal.write() as session:
        timeline.append(
            session, "INC-0001", levels.SET, f"{project}: cover level {number}",
            now=story.clock.now(), author="account manager", source="person",
            data={"project": project, "level": number, "view": levels.MANAGER,
                  "role": "account_manager", "person": person},
        )  # fmt: skip
    story.settle()


def begun(story, *agents: str, exercise: bool = False) -> None:
    """Agents are out, the plan's run drives their incident."""
    assert out(story, *agents, exercise=exercise) == "INC-0001"
    story.eventually(lambda: story.entries("run began"), "the run")
    story.eventually(lambda: story.acks("ert"), "the ERT's answer")
    story.settle(quiet_s=0.4)


def question(story, kind: str) -> Any:
    """The newest question of a kind."""
    with story.inst.journal.read() as session:
        rows = [q for q in approvals.of_incident(session, "INC-0001") if q.kind == kind]
    return rows[-1] if rows else None


def press(story, person: str, kind: str, answer: str, note: str = "") -> None:
    """Press a button of the newest question of a kind, behind the link in the person's SMS."""
    row = story.eventually(lambda: question(story, kind), f"the question {kind}")
    titles = (row.title, row.translations["hu"]["title"])
    title = story.eventually(
        lambda: next(
            (t for t in titles for text in story.texts_to(person) if t in text), None
        ),
        f"the SMS to {person}: {titles[0]}",
    )  # fmt: skip
    assert story.press(person, title, answer, note).status_code == 200
    story.settle()
