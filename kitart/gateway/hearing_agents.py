"""What an agent's SMS is taken for: settled when it comes, done afterwards (R17, E18).

Whatever says danger comes first. A number answers the one thing that waits; of several things
each has a code. Other words report "I can't work", unless something waits for an answer and they
name no cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway import typed
from kitart.gateway.called_out import LATER_BY_PHONE, queue_words
from kitart.gateway.hearing import SHARED
from kitart.gateway.house import House
from kitart.journal import cover, outage_reports, roll_calls
from kitart.journal.outage_reports import AGENT
from kitart.journal.tables import CoverCall, OutageReport, RollCall
from kitart.language import LANGUAGES, Phrase, in_language, listed, phrase, spoken
from kitart.plan.schema import Agent
from kitart.rules.agent_words import Words, read, starts_in

COVER, ROLL_CALL, SAFE, OUT, BACK, SAY = "cover", "roll-call", "safe", "out", "back", "say"
BY_SMS = "sms:"
"""How the form's number of a report by SMS begins."""
SAFETY_ASKED_FOR = timedelta(hours=1)
MOST_LISTED = 3
NOTHING_WAITS = phrase("Nothing waits for an answer from you. Can't work? Reply OUT.")
NO_TIME = phrase("Not understood. Later: reply 3 45 (in 45 minutes) or 3 14:30.")
NOT_OUT = phrase("No report of yours stands, so nothing has changed. Can't work? Reply OUT.")


@dataclass(frozen=True)
class Meant:
    """What an SMS is taken for: ``does`` one of the words above, with the ``values`` it needs."""

    agent: str
    does: str
    incident: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return {"agent": self.agent, "does": self.does, **self.values}


@dataclass(frozen=True)
class _Waits:
    calls: list[CoverCall]
    roll: RollCall | None
    asked_if_safe: OutageReport | None

    @property
    def count(self) -> int:
        return len(self.calls) + bool(self.roll) + bool(self.asked_if_safe)


def owners_of(place: House, sender: str) -> list[Agent]:
    """The agents whose number it is, by the plan as it stands."""
    return [
        agent
        for agent in place.plans.current().agents
        if any(c.kind != "mail" and c.address == sender for c in agent.channels)
    ]


def language_of(agent: Agent) -> str:
    """The language that an agent is written to in."""
    return spoken(agent.best_language(LANGUAGES) or "")


def hear(session: Session, agent: Agent, body: str, now: datetime) -> Meant:
    """What an SMS is taken for; changes nothing."""
    words = read(body)
    waits = _waiting(session, agent.id, now)
    report = outage_reports.of_agent(session, agent.id)
    if words.danger:
        return Meant(agent.id, OUT, values={"what": words.what, "safe": outage_reports.HELP})
    if words.code:
        return _by_code(session, agent, words, waits, now)
    number = words.number or (words.answer if waits.count else 0)
    if number:
        return _by_number(session, agent, number, words, waits, now)
    if words.back:
        return Meant(agent.id, BACK) if report else _say(agent, "nothing stands", NOT_OUT)
    if words.out or words.what:
        return Meant(agent.id, OUT, values={"what": words.what, "safe": outage_reports.UNKNOWN})
    if waits.calls or waits.roll:
        return _list(agent, "not understood", waits)
    if words.courtesy or words == Words() or words.answer:
        return _say(agent, "nothing asked", NOTHING_WAITS)
    return Meant(agent.id, OUT, values={"what": "", "safe": outage_reports.UNKNOWN})


def shared(agent: Agent) -> Meant:
    """An SMS from a number that several agents use: whose it is would be a guess."""
    return _say(agent, "number of several people", SHARED)


def _waiting(session: Session, agent: str, now: datetime) -> _Waits:
    rolls = roll_calls.waiting_for(session, agent)
    report = outage_reports.of_agent(session, agent)
    asked = (
        report is not None
        and report.role == AGENT
        and report.form.startswith(BY_SMS)
        and now - report.recorded_at <= SAFETY_ASKED_FOR
    )
    calls = cover.waiting_for(session, agent, now)
    return _Waits(calls, rolls[0] if rolls else None, report if asked else None)


def _by_code(
    session: Session, agent: Agent, words: Words, waits: _Waits, now: datetime
) -> Meant:  # fmt: skip
    number = int(words.code[1:])
    if words.code.startswith("C"):
        call = cover.get(session, number)
        if call is not None and call.agent == agent.id:
            return _cover(agent, call, words.number, words.rest, now)
    roll = roll_calls.last_of(session, agent.id)
    if words.code.startswith("R") and roll is not None and _number(roll.incident) == number:
        return _roll_call(agent, roll, words.number)
    return _list(agent, "not clear to what", waits)


def _by_number(
    session: Session, agent: Agent, number: int, words: Words, waits: _Waits, now: datetime
) -> Meant:
    if waits.count > 1:
        return _list(agent, "not clear to what", waits)
    if waits.calls:
        return _cover(agent, waits.calls[0], number, words.rest, now)
    if waits.asked_if_safe:
        return Meant(agent.id, SAFE, waits.asked_if_safe.incident, {"number": number})
    # An answer to the roll-call may change; a promise may be taken back.
    roll = waits.roll or roll_calls.last_of(session, agent.id)
    if roll is not None:
        return _roll_call(agent, roll, number)
    promised = cover.promised_by(session, agent.id)
    if len(promised) == 1:
        return _cover(agent, promised[0], number, words.rest, now)
    return _say(agent, "nothing asked", NOTHING_WAITS)


def _cover(agent: Agent, call: CoverCall, number: int, rest: str, now: datetime) -> Meant:
    values: dict[str, Any] = {"call": call.id, "number": number}
    if number == 3:
        starts_at = now + LATER_BY_PHONE
        if rest:
            given = starts_in(rest)
            if given is None:
                return _say(agent, "not understood", NO_TIME, call.incident)
            starts_at = _moment(given, agent, now)
        values["starts_at"] = starts_at.isoformat()
    return Meant(agent.id, COVER, call.incident, values)


def _moment(given: int | tuple[int, int], agent: Agent, now: datetime) -> datetime:
    if isinstance(given, int):
        return now + timedelta(minutes=given)
    hour, minute = given
    found = typed.next_time(f"{hour:02}:{minute:02}", now, agent.time_zone)
    assert found is not None
    return found


def _roll_call(agent: Agent, roll: RollCall, number: int) -> Meant:
    return Meant(agent.id, ROLL_CALL, roll.incident, {"number": number})


def _list(agent: Agent, outcome: str, waits: _Waits) -> Meant:
    lines: list[Phrase] = []
    if waits.roll:
        code = f"R{_number(waits.roll.incident)}"
        lines.append(
            phrase("{code}: safe? 1 can work, 2 can't work, 3 not safe or help", code=code)
        )
    elif waits.asked_if_safe:
        # Of a report there is one: danger is never a matter of codes.
        lines.append(phrase("Not safe? Reply HELP"))
    for call in waits.calls[: MOST_LISTED - len(lines)]:
        lines.append(
            phrase("{code}: {queue}? 1 yes, 2 no, 3 later",
                   code=f"C{call.id}", queue=queue_words(call.queue))
        )  # fmt: skip
    how = phrase("Reply with code and number:") if len(lines) > 1 else phrase("Not understood.")
    first = waits.calls[0] if waits.calls else waits.roll
    incident = first.incident if first else None
    return _say(agent, outcome, listed([how, *lines], "\n"), incident)


def _say(agent: Agent, outcome: str, said: Phrase, incident: str | None = None) -> Meant:
    words = in_language(said, language_of(agent))
    return Meant(agent.id, SAY, incident, {"outcome": outcome, "said": words})


def _number(incident: str) -> int:
    return int(incident.rpartition("-")[2])
