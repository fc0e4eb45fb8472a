"""A look at who is live in the phone system, each minute (E18)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation, installation
from kitart.messaging import agents_gone, roll_call
from kitart.messaging.agents_gone import Seen
from kitart.messaging.alarm import raise_alarm
from kitart.plan.schema import Plan
from tasks.steps import step

log = logging.getLogger(__name__)


EVERY = timedelta(minutes=1)


@step("look at who is live")
def look_at_agents() -> str:
    """Ask whoever fell out of the phone system, open an incident where many did, and take silence
    for what it is; returns what was found, for the run's state.

    A phone system that does not answer says nothing about agents: its own plan handles that. While
    many are being asked it is looked again each minute: no other look runs beside this one, and of
    looks too far apart nothing could be concluded.
    """
    inst = installation()
    words: list[str] = []
    with ThreadPoolExecutor(1, thread_name_prefix="asking") as asking:
        told: list[Future[None]] = []
        while not told or not told[-1].done():
            next_look = inst.clock.now() + EVERY
            said, concerned = _look(inst)
            words.append(said)
            told.append(asking.submit(_tell, inst, concerned))
            wait(told[-1:], timeout=_seconds_until(inst, next_look))
    for each in told:
        each.result()
    return "; ".join(dict.fromkeys(words))


def _seconds_until(inst: Installation, moment: datetime) -> float:
    """Real seconds; never more than the plan's clock shows at its slowest."""
    return min(inst.clock.real_seconds_until(moment), EVERY.total_seconds())


def _look(inst: Installation) -> tuple[str, list[str]]:
    """One look: what was found, in words, and the incidents that it concerns."""
    plan, now = inst.current_plan(), inst.clock.now()
    touched = set(agents_gone.work_silences(inst.journal, plan, now=now))
    with inst.journal.write() as session:
        touched.update(agents_gone.take_up_waiting(session, plan, now=now))
    asked_at, asked = inst.clock.now(), dict[str, tuple[str, ...]]()
    seen = _ask(inst, asked_at)
    if seen is None:
        with inst.journal.write() as session:
            agents_gone.not_seen(session, plan, at=asked_at)
    else:
        asked = agents_gone.look(inst.journal, plan, seen)
        agents_gone.note_back(inst.journal, seen)
    return _words(plan, seen, asked), [*sorted(asked), *sorted(touched - set(asked))]


def _ask(inst: Installation, at: datetime) -> Seen | None:
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


def _tell(inst: Installation, concerned: Sequence[str]) -> None:
    """Raise the alarm of the incidents that a look concerns, and ask whoever is to be asked, also
    whom an earlier look wrote down and could not reach."""
    for number in concerned:
        raise_alarm(inst, number)
    for number in roll_call.incidents_waiting(inst):
        roll_call.send(inst, number)


def _words(plan: Plan, seen: Seen | None, asked: dict[str, tuple[str, ...]]) -> str:
    if seen is None:
        return "the phone system can't be asked: nothing is concluded"
    if not asked:
        return f"{len(seen.live)} of {len(plan.agents)} agents are live, nobody dropped out"
    return "; ".join(f"{number}: asked {', '.join(agents)}" for number, agents in asked.items())
