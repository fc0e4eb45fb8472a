"""Who is on shift and who is on standby, each by the clock of their own zone (D9).

Pure. Leave takes a person out of both. A person on shift is not on standby as well.
"""

from __future__ import annotations

from datetime import datetime

from kitart.plan.hours import within
from kitart.plan.schema import Agent, Plan, on_leave


def on_shift(agent: Agent, at: datetime) -> bool:
    """Whether ``agent`` is at work by the roster at ``at`` (aware)."""
    return within(agent.shift, agent.time_zone, at) and not on_leave(agent, at)


def on_standby(agent: Agent, at: datetime) -> bool:
    """Whether ``agent`` is on standby at ``at`` (aware) and not on shift."""
    ready = within(agent.standby, agent.time_zone, at) and not on_leave(agent, at)
    return ready and not on_shift(agent, at)


def agents_on_shift(plan: Plan, at: datetime) -> tuple[Agent, ...]:
    """The agents at work at ``at``, in the plan's order."""
    return tuple(agent for agent in plan.agents if on_shift(agent, at))


def agents_on_standby(plan: Plan, at: datetime) -> tuple[Agent, ...]:
    """The agents on standby at ``at``, in the plan's order."""
    return tuple(agent for agent in plan.agents if on_standby(agent, at))


def seats_needed(plan: Plan, project_id: str, lang: str, at: datetime) -> int:
    """Seats that a queue needs at ``at`` by the first of its project's windows that holds it.

    0 outside every window. Raises ``KeyError`` for an unknown project or queue.
    """
    project = plan.project(project_id)
    queue = project.queue(lang)
    zone = plan.calendar_of(project_id).time_zone
    for window, hours in project.windows.items():
        if within((hours,), zone, at):
            return queue.seats.get(window, 0)
    return 0
