"""Messages, questions and documents that wait for longer than they should (D15, A29)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kitart.doctor.finding import Finding, counted, listed, seconds
from kitart.journal.stuck import Late, Unanswered, Unfiled

HOW = {
    "sending": "began to leave and never ended",
    "failed": "failed at the last try",
    "held": "should have left by now",
}
MEANS = {
    "sending": "Whether they arrived is not known: these people may know nothing.",
    "failed": "They are not tried again: these people know nothing by that channel.",
    "held": "News waits that was held to go together; what asks for something is never held.",
}
DO = {
    "sending": "phone them; is the gateway running? kitart incident resume {number}",
    "failed": "phone them; kitart connect check --only {connection}",
    "held": "the gateway sends it: is it running? kitart gateway",
}
CONNECTIONS = {"teams": "chat", "mail": "microsoft --only smtp"}


def of_messages(late: Sequence[Late], now: datetime, real_now: datetime) -> list[Finding]:
    """Messages that are stuck, one finding for each channel and way to be so."""
    findings = []
    for each in late:
        clock = now if each.how == "held" else real_now
        reason = f": {each.detail}" if each.detail else ""
        findings.append(
            Finding(
                f"message.{each.how}", "hinders",
                f"{counted(each.count, 'message')} by {each.channel} {HOW[each.how]} "
                f"({listed(each.incidents)}; to {listed(each.to)}){reason}",
                MEANS[each.how],
                (DO[each.how].format(number=each.incidents[0],
                                     connection=CONNECTIONS.get(each.channel, each.channel)),),
                since=each.since, for_s=seconds(each.since, clock),
            )
        )  # fmt: skip
    return findings


def of_questions(overdue: Sequence[Unanswered], board: str, now: datetime) -> list[Finding]:
    """Questions past their deadline, one finding an incident with all of its."""
    findings = []
    for number in dict.fromkeys(each.incident for each in overdue):
        rows = [each for each in overdue if each.incident == number]
        people = listed(list(dict.fromkeys(code for each in rows for code in each.asked_of)))
        titles = listed([f"'{each.title}'" for each in rows])
        findings.append(
            Finding(
                "question.overdue", "hinders",
                f"{number}: {counted(len(rows), 'question')} past the deadline: {titles}",
                f"The plan waits for an answer of {people}; nothing goes to a client because a "
                "timer ran out.",
                (f"phone {people}: the link in the message, or {board}",
                 *(f"kitart link {code}   makes a new link" for code in rows[0].asked_of[:1])),
                since=rows[0].due_at, for_s=seconds(rows[0].due_at, now),
            )
        )  # fmt: skip
    return findings


def of_documents(unfiled: Sequence[Unfiled], now: datetime) -> list[Finding]:
    """Documents that were sent and are not in SharePoint."""
    return [
        Finding(
            "document.unfiled", "note" if not each.why else "hinders",
            f"{each.incident}: {counted(each.count, 'document')} not in SharePoint yet. "
            f"{each.why or 'The record names no reason: the run files each in its turn'}",
            "Clients have them by mail. They wait in the journal with number and checksum.",
            ("kitart connect check --only microsoft",),
            since=each.since, for_s=seconds(each.since, now),
        )
        for each in unfiled
    ]  # fmt: skip
