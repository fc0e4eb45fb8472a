"""Who takes which line's calls at the company's phone system."""

from __future__ import annotations

from kitart.plan.schema import Line, Plan


def skilled(plan: Plan, line: Line) -> tuple[str, ...]:
    """Who takes a line's calls: the queue's own agents, then those who may be called in and speak
    its language, then those who speak English. Who only works in another queue is not asked."""
    own = [a.id for a in plan.agents if a.queue == f"{line.project}/{line.lang}"]
    called_in = [
        a for a in plan.agents
        if line.project in a.projects and (a.standby or not a.queue.startswith(f"{line.project}/"))
    ]  # fmt: skip
    speakers = [a.id for a in called_in if line.lang in a.languages]
    english = [a.id for a in called_in if "en" in a.languages]
    return tuple(dict.fromkeys((*own, *speakers, *english)))
