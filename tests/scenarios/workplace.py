"""What the stories of an unusable place of work have in common: who is out, who answers, who is
seen by the phone system."""

from __future__ import annotations

from typing import Any

from kitart.alerts.workplace import report_outage
from kitart.journal import cover, cover_course, late_entries, timeline
from kitart.journal.outage_reports import AGENT, Said
from kitart.rules.rosters import agents_on_shift

LEAVES = {"level-view": "leave"}
DEFAULT = {
    "delay_s": 0,
    "answers": {
        "ack": "take", "priority": "P3", "approve": "approve", "cover-level": "as-proposed",
        "level-view": "agree", "place": "accept", "relocation": "wait", "cover-test": "answered",
        "lower-level": "lower-level", "data-protection": "no", "findings": "established",
        "close": "close",
    },
    "fills": {"note": "As the picture shows"},
}  # fmt: skip


def people(**others: Any) -> dict[str, Any]:
    """Everybody answers at once as proposed, but for those named."""
    return {"default": DEFAULT, **{code.replace("_", "-"): each for code, each in others.items()}}


def like(**answers: Any) -> dict[str, Any]:
    """As everybody, but for some answers, or a delay (``delay_s``)."""
    more = {name: answers.pop(name) for name in ("delay_s", "reads") if name in answers}
    own = {kind.replace("_", "-"): answer for kind, answer in answers.items()}
    return DEFAULT | more | {"answers": {**DEFAULT["answers"], **own}}


def roster_logs_in(story) -> None:
    """The phone system shows whom the roster has at work, and nobody else."""
    story.world.vcc.put_agents([a.id for a in story.plan.agents], None)
    on_shift = agents_on_shift(story.plan, story.clock.now())
    story.world.vcc.put_agents([a.id for a in on_shift], "AVAILABLE4CALL")


def out(story, agent: str, what: str = "power", **said: Any) -> str | None:
    """An agent says "I can't work" and drops from the phone system; the incident's number."""
    known = story.plan.agent(agent)
    project, _, language = known.queue.partition("/")
    now = story.clock.now()
    words = Said(
        agent=agent, project=project, language=language, area=known.area, reported_by=agent,
        role=AGENT, safe=said.get("safe", "yes"), what=what, can_move=said.get("can_move", "no"),
        occurred_at=said.get("since", now), until=said.get("until"),
    )  # fmt: skip
    with story.inst.journal.write() as session:
        made = report_outage(
            session, story.plan, f"{agent}:{now.isoformat()}:{words.words}", words, now=now
        )
    if known.id in {a.username for a in story.world.vcc.online()}:
        gone(story, agent)
    return made.incident if made else None


def begun(story) -> None:
    """The run drives the incident and has done what is to do at once."""
    story.eventually(lambda: story.entries("run began"), "the run")
    story.eventually(lambda: story.entries("cover"), "the first count of the seats")
    story.settle(quiet_s=0.8)


def logged_in(story, *agents: str) -> None:
    """Agents log in at the phone system, ready for calls."""
    story.world.vcc.put_agents(agents, "AVAILABLE4CALL")


def gone(story, *agents: str) -> None:
    """Agents drop from the phone system."""
    story.world.vcc.put_agents(agents, None)


def calls(story, incident: str = "INC-0001") -> list[Any]:
    """Everybody called out so far."""
    with story.inst.journal.read() as session:
        return cover.of_incident(session, incident)


def called(story, agent: str, incident: str = "INC-0001") -> Any:
    """The newest call of an agent."""
    return story.eventually(
        lambda: next((c for c in reversed(calls(story, incident)) if c.agent == agent), None),
        f"{agent} called out",
    )


def says(story, agent: str, answer: str, *, starts_at: Any = None, incident: str = "INC-0001"):
    """An agent answers the newest call."""
    with story.inst.journal.write() as session:
        outcome = cover.answer(
            session, called(story, agent, incident).id, answer, via="link",
            now=story.clock.now(), starts_at=starts_at,
        )  # fmt: skip
    story.settle()
    return outcome


def seats(story, queue: str) -> dict[str, Any]:
    """What the record last says of a queue's seats."""
    return [e.data for e in story.entries("cover") if e.data["queue"] == queue][-1]


def minutes(story, moment: Any) -> float:
    """How long after the story's beginning."""
    return (moment - story.start).total_seconds() / 60


def record(story, queue: str) -> Any:
    """The measured course of a queue, as the journal has it now."""
    with story.inst.journal.read() as session:
        standing = late_entries.standing(timeline.entries(session, "INC-0001"))
        plan = story.inst.plan_of("INC-0001")
        found = cover_course.of_incident(session, plan, "INC-0001", standing, story.clock.now())
    return next(each for each in found if each.course.queue == queue)
