"""What is said of contacts that are written down by hand while a system fails (R46): c8."""

from __future__ import annotations

from kitart.reports.facts import IncidentFacts, ManualLogging
from kitart.reports.wording import Wording


def backlog(words: Wording, facts: IncidentFacts) -> str:
    """Voicemails and forms still to be worked off: c8."""
    log = facts.manual_logging
    if log is None:
        return words.say("No forms were written by hand. Voicemails: see the table of calls.")
    if log.decision == "not needed":
        return words.say("Contacts were not logged by hand: it was not needed.")
    if log.decision == "not yet decided" or log.started_at is None:
        return words.say("Whether contacts are logged by hand has not been decided yet.")
    ended = words.moment(log.ended_at) if log.ended_at else words.say("it still goes on")
    began = words.moment(log.started_at)
    said = [
        words.say("Calls were logged by hand from {start}; ended: {end}.", start=began, end=ended)
    ]
    if log.count_said:
        said.append(words.say("The forms, as counted: “{count}”", count=log.count_said))
    if log.contacts is not None:
        said.append(words.say("Contacts logged: {number}.", number=words.number(log.contacts)))
        said.append(_handover(words, log))
    return " ".join(said)


def _handover(words: Wording, log: ManualLogging) -> str:
    if log.handed_over_at is None:
        return words.say("They will be handed over to you once your system works again.")
    return words.say("They were handed over to you at {at}.", at=words.moment(log.handed_over_at))


def under_way(words: Wording, facts: IncidentFacts) -> str:
    """What is done about contacts now; blank when nothing is said about it."""
    log = facts.manual_logging
    if log is None or log.ended_at is not None:
        return ""
    return {
        "decided": words.say("Contacts are logged by hand and handed over to you afterwards."),
        "not needed": words.say("Contacts are not logged by hand: it is not needed."),
        "not yet decided": words.say("Whether contacts are logged by hand is being decided."),
    }[log.decision]
