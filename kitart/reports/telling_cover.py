"""Which entries a client may read where agents can't work, and in which words (D22, D23).

Queues and numbers, never who it was, where, or why.
"""

from __future__ import annotations

from kitart.journal.late_entries import Standing
from kitart.reports.facts import CALLS_ANSWERED
from kitart.reports.telling import PROVED, Told, client_line
from kitart.reports.terms import N_

WORDS = {
    "reported": N_("Agents reported that they could not work."),
    "system down": N_("Usual agents were missing."),
    "system up": N_("The usual agents were back in all seats."),
    "CMT contacted": N_("The crisis management team was contacted."),
    "CMT reached": N_("The crisis management team was reached."),
}
OF_A_QUEUE = {
    "agent offline": N_("An agent could not work any more. Queue: {queue}."),
    "agent back": N_("An agent worked again. Queue: {queue}."),
    "backup live": N_("A backup took a seat. Queue: {queue}."),
    "backup lost": N_("A backup was gone again. Queue: {queue}."),
    "backup no-show": N_("A backup did not come. Queue: {queue}."),
    "routing ordered": N_("Voicemail was ordered. Queue: {queue}."),
    "routing executed": N_("Calls were sent to voicemail. Queue: {queue}."),
    "routing verified": N_("A message was left and heard in a test. Queue: {queue}."),
    "routing ended": N_("Calls were taken off voicemail. Queue: {queue}."),
}
LEVELS = {
    "level set": N_("Cover level set: {level}."),
    "level changed": N_("Cover level changed: {level}."),
    "level settled": N_("Cover level settled: {level}."),
}
ANSWERED = {
    "calls answered by native speakers": N_("Calls were answered by native speakers."),
    "calls answered in the language": N_("Calls were answered in the language of the line."),
    "calls answered in English": N_("Calls were answered in English."),
    CALLS_ANSWERED: N_("Calls were answered by the usual agents again."),
}
"""What was proved of cover; that of a line is told as everywhere."""
NOT_TOLD = ("routing ordered", "routing executed", "routing verified", "routing ended", "assessed")


def cover_line(entry: Standing) -> Told | None:
    """The entry in a client's words, or ``None`` when it is internal."""
    if entry.type in OF_A_QUEUE:
        queue = entry.data.get("queue")
        return Told(OF_A_QUEUE[entry.type], (("queue", str(queue)),)) if queue else None
    if entry.type in LEVELS:
        if not entry.data.get("project"):
            return None
        if not entry.data.get("level"):
            return Told(N_("No cover level is in force any more."))
        return Told(LEVELS[entry.type], (("level", str(entry.data.get("level", ""))),))
    if entry.type == "success factor proved":
        factor = str(entry.data.get("factor"))
        return Told(ANSWERED.get(factor) or PROVED.get(factor, ANSWERED[CALLS_ANSWERED]))
    if entry.type in WORDS:
        return Told(WORDS[entry.type])
    return None if entry.type in NOT_TOLD else client_line(entry)
