"""The questions about a system that no probe of ours watches: a client's own, for the most part.

People look at it, reach the client, decide on logging calls by hand, and say when it works again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import by_word, call_forms, incidents
from kitart.journal.approvals import Question
from kitart.language import phrase
from kitart.messaging.questions import known, option
from kitart.plan.kinds import PHONES
from kitart.plan.schema import Contact, Plan

ASSESSMENT, WORKS_AGAIN = "assessment", "works-again"
MANUAL_LOG, MANUAL_LOG_STOP, CLIENT_CONTACT = "manual-log", "manual-log-stop", "client-contact"


def assessment(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """Look at the system and collect what the client needs to know (R44)."""
    row = incidents.get(session, incident)
    name = plan.system(row.system_id).name
    return Question(
        key=f"{incident}:{ASSESSMENT}",
        incident=incident,
        kind=ASSESSMENT,
        title=phrase("What fails in {system}?", system=name),
        text=phrase(
            "Try it yourself and ask an agent. Then say: what fails and what still works, since "
            "when, for how many agents, the exact words of the error, what you tried. Your words "
            "go into the client's report: no names, no callers' data."
        ),
        options=[
            option(
                "fails",
                phrase("It fails: this is what I found"),
                phrase("The client is told"),
                "required",
            ),
            option(
                "works",
                phrase("It works: I tried it"),
                phrase("It is watched for a while, then over"),
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=row.opened_at + timedelta(minutes=plan.limits.classify),
    )


def manual_log(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """Whether agents log calls by hand from now on (R46, A22)."""
    time = by_word.next_time(session, incident, MANUAL_LOG)
    name = plan.system(incidents.get(session, incident).system_id).name
    return Question(
        key=f"{incident}:{MANUAL_LOG}:{time}",
        incident=incident,
        kind=MANUAL_LOG,
        title=phrase("Log calls by hand?"),
        text=phrase(
            "Agents can't write into {system}. By hand means: one numbered form a call, written "
            "during the call, entered later.",
            system=name,
        ),
        options=[
            option(
                "start",
                phrase("Log by hand from now on"),
                phrase("The supervisors tell the agents"),
            ),
            option(
                "not-needed", phrase("Not needed"), phrase("Agents go on as they are"), "optional"
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.classify),
    )


def manual_log_stop(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """The end of logging by hand, with the count of forms (reports §8: stop, reconcile)."""
    time = by_word.next_time(session, incident, MANUAL_LOG_STOP)
    name = plan.system(incidents.get(session, incident).system_id).name
    return Question(
        key=f"{incident}:{MANUAL_LOG_STOP}:{time}",
        incident=incident,
        kind=MANUAL_LOG_STOP,
        title=phrase("Stop logging by hand?"),
        text=phrase(
            "{system} works again. How many forms were written, how many of them are urgent, and "
            "by when are they entered? Urgent ones the same day, the others the next working day.",
            system=name,
        ),
        options=[
            option(
                "stop",
                phrase("Stop; this is the count"),
                phrase("It stands in the report"),
                "required",
            )
        ],
        known=[*_forms(session, incident), *known(session, plan, incident, now)],
        due_at=now + timedelta(hours=1),
    )


def _forms(session: Session, incident: str) -> list[str]:
    """How many forms came in by the page: the count that is asked for can be compared with it."""
    found = call_forms.reconciliation(session, incident)
    if not found.issued:
        return []
    kept = found.issued - len(found.missing)
    said: list[str] = [phrase("Forms in the call log: {n}", n=kept)]
    if found.missing:
        said.append(phrase("Numbers without a form: {n}", n=len(found.missing)))
    return said


def client_contact(
    session: Session, plan: Plan, incident: str, client: str, contact: Contact, now: datetime
) -> Question:
    """Reach one contact of the client: a mail that was sent is not contact (A14, E46)."""
    attempt = by_word.next_time(session, incident, CLIENT_CONTACT, f"{client}:")
    numbers = [c.address for c in contact.channels if c.kind in PHONES]
    by = phrase("Ask by mail for an answer")
    if numbers:
        by = phrase("Call {numbers}", numbers=", ".join(numbers))
    name = plan.client(client).name
    return Question(
        key=f"{incident}:{CLIENT_CONTACT}:{client}:{attempt}",
        incident=incident,
        kind=CLIENT_CONTACT,
        title=phrase(
            "Does {client} have our report? ({contact})", client=name, contact=contact.role
        ),
        text=phrase(
            "{how}. The repair is theirs, so somebody there must say “we have it”. Their ticket "
            "number, if they give one, goes into the field.",
            how=by,
        ),
        options=[
            option(
                "has-it", phrase("Yes, they have it"), phrase("Counts as acknowledged"), "optional"
            ),
            option(
                "no-answer",
                phrase("Nobody answers"),
                phrase("The next contact is named"),
                "optional",
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def works_again(
    session: Session, plan: Plan, incident: str, systems: Sequence[str], now: datetime
) -> Question:
    """Whether the systems work: only a person can see it where the plan names no probe."""
    time = by_word.next_time(session, incident, WORKS_AGAIN)
    name = ", ".join(plan.system(system).name for system in systems)
    return Question(
        key=f"{incident}:{WORKS_AGAIN}:{time}",
        incident=incident,
        kind=WORKS_AGAIN,
        title=phrase("Does {system} work again?", system=name),
        text=phrase(
            "Try it yourself, or ask an agent to. This page stays open: press when it works."
        ),
        options=[
            option(
                "works",
                phrase("It works: I tried it"),
                phrase("It is watched for a while, then over"),
            ),
            option("not-yet", phrase("Not yet"), phrase("You are asked again"), "optional"),
        ],
        known=known(session, plan, incident, now),
        due_at=None,
    )
