"""Callers of a story: calls whose records the stand-in phone system has, then and weeks before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.vcc_calls import IVR_S, TALK_S, WAITED_IN_VAIN_S
from sandbox.vcc_state import VccCall, new_call_id


def callers(
    story: Any, line: str, at: datetime, count: int, *, agent: str | None = None, waited_s: int = 5
) -> None:
    """``count`` calls on a line, a second apart: answered by ``agent``, or by nobody."""
    vcc, known = story.world.vcc, story.plan.line(line)
    project = next(n for n, name in vcc.project_names.items() if name == known.project)
    user = vcc.agent(agent).user_id if agent else None
    with vcc.lock:
        for n in range(count):
            vcc.calls.append(
                VccCall(
                    new_call_id(), project, known.number, "+3610000000", f"queue-{project}",
                    at + timedelta(seconds=n), user, IVR_S,
                    waited_s if agent else WAITED_IN_VAIN_S, TALK_S if agent else 0,
                )
            )  # fmt: skip


def usual_callers(
    story: Any, line: str, at: datetime, answered: int, given_up: int, agent: str
) -> None:
    """The same in each of the last four weeks."""
    for week in range(1, 5):
        then = at - timedelta(weeks=week)
        callers(story, line, then, answered, agent=agent)
        callers(story, line, then + timedelta(minutes=1), given_up)
