"""A look at who is live in the phone system, each minute (E18)."""

from __future__ import annotations

import logging

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation, installation
from kitart.messaging import agents_gone, roll_call
from kitart.messaging.agents_gone import Seen
from kitart.messaging.alarm import raise_alarm
from kitart.plan.schema import Plan
from tasks.steps import step

log = logging.getLogger(__name__)


@step("look at who is live")
def look_at_agents() -> str:
    """Ask whoever fell out of the phone system, open an incident where many did, and take silence
    for what it is; returns what was found, for the run's state.

    A phone system that does not answer says nothing about agents: its own plan handles that.
    """
    inst = installation()
    plan, now = inst.current_plan(), inst.clock.now()
    touched = set(agents_gone.work_silences(inst.journal, plan, now=now))
    with inst.journal.write() as session:
        touched.update(agents_gone.take_up_waiting(session, plan, now=now))
    seen = _ask(inst)
    asked: dict[str, tuple[str, ...]] = {}
    if seen is not None:
        with inst.journal.write() as session:
            asked = agents_gone.look(session, plan, seen)
        agents_gone.note_back(inst.journal, seen)
    for number in sorted(asked):
        raise_alarm(inst, number)
    for number in sorted(touched - set(asked)):
        raise_alarm(inst, number)
    _tell(inst)
    return _words(plan, seen, asked)


def _ask(inst: Installation) -> Seen | None:
    at = inst.clock.now()
    try:
        states = inst.voice.agents()
    except ConnectorError as error:
        log.warning("nothing is concluded about agents: %s", error)
        return None
    return Seen(
        at,
        frozenset(state.username for state in states),
        frozenset(state.username for state in states if state.counts_as_live),
    )


def _tell(inst: Installation) -> None:
    """Send what is to be sent, also what an earlier look wrote down and could not send."""
    for number in roll_call.incidents_waiting(inst):
        roll_call.send(inst, number)


def _words(plan: Plan, seen: Seen | None, asked: dict[str, tuple[str, ...]]) -> str:
    if seen is None:
        return "the phone system can't be asked: nothing is concluded"
    if not asked:
        return f"{len(seen.live)} of {len(plan.agents)} agents are live, nobody dropped out"
    return "; ".join(f"{number}: asked {', '.join(agents)}" for number, agents in asked.items())
