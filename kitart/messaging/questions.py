"""The questions that the plan puts to people: what is asked, what each answer means.

Every word of a question stands in ``phrase("…", name=value)``: it is then asked in each person's
language, and ``make catalogues`` finds it for the translator (CONTRIBUTING).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import approvals, incidents, timeline
from kitart.journal.approvals import Question
from kitart.journal.four_eyes import SECOND
from kitart.journal.tables import Document
from kitart.language import phrase
from kitart.messaging.general_facts import general_facts
from kitart.messaging.known import known_facts
from kitart.messaging.known_cover import proposed_levels
from kitart.messaging.occasion import report_name, title_of
from kitart.plan import whom
from kitart.plan.contact_list import CONTACT_TEST
from kitart.plan.exercises import EXERCISE
from kitart.plan.general import GENERAL
from kitart.plan.reviewed import PLAN_REVIEW
from kitart.plan.schema import Line, Plan
from kitart.reports.gathering import gather


def option(value: str, label: str, means: str, note: str = "none") -> dict[str, str]:
    """One answer: its button, what it sets off, and whether words go with it."""
    return {"value": value, "label": label, "means": means, "note": note}


NOTHING_HAPPENED = phrase("It is a test: nothing has happened, and nobody is called in.")


NO_INCIDENT = phrase("The plan is reviewed: nothing has happened, and nobody is called in.")


def known(session: Session, plan: Plan, incident: str, now: datetime) -> list[str]:
    """What is known at this moment, for the person who decides."""
    row = incidents.get(session, incident)
    if row.kind == PLAN_REVIEW:
        return [NO_INCIDENT]
    if row.kind == EXERCISE:
        return []
    if row.kind == CONTACT_TEST:
        return [NOTHING_HAPPENED]
    if row.system_id == GENERAL:
        return general_facts(session, plan, incident)
    facts = gather(session, plan, incident, now)
    reports = timeline.entries(session, incident, "report", "duplicate added")
    return [
        *known_facts(facts, now=now, zone=plan.company.time_zone),
        *(proposed_levels(session, incident, facts) if facts.cover else ()),
        *(e.text for e in reports[-2:]),
    ]


def priority(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """The ERT lead's priority (R13), with the way out of a false alarm (E32)."""
    row = incidents.get(session, incident)
    own = [
        option(p, phrase("{level} (proposed)", level=p) if p == row.priority_proposed else p, words)
        for p, words in _urgency(row.system_id).items()
    ]
    false_alarm = option(
        "false-alarm",
        phrase("False alarm"),
        phrase("Ends the incident; whoever was told is corrected"),
        "required",
    )
    return Question(
        key=f"{incident}:priority",
        incident=incident,
        kind="priority",
        title=phrase("Priority of {what}", what=title_of(plan, row)),
        text=phrase("How urgent is it? You lead until somebody relieves you."),
        options=[*own, false_alarm],
        known=known(session, plan, incident, now),
        due_at=row.reported_at + timedelta(minutes=plan.limits.classify),
    )


def _urgency(system_id: str) -> dict[str, str]:
    """What each priority sets off, by the plan that the incident follows."""
    if system_id == GENERAL:
        return {
            "P1": phrase(
                "Critical: the crisis team and the IT manager are told, and called in if you "
                "can't solve it"
            ),
            "P2": phrase("High: the crisis team is not called in"),
            "P3": phrase("Medium: as P2"),
            "P4": phrase("Low: as P3"),
        }
    return {
        "P1": phrase(
            "Critical: the crisis team and the IT manager are told, clients every 30 minutes"
        ),
        "P2": phrase("High: clients are told within 30 minutes and each hour"),
        "P3": phrase("Medium: as P2, nobody else is called in"),
        "P4": phrase("Low: as P3"),
    }


def approval(
    session: Session, plan: Plan, document: Document, client: str, *, now: datetime, second: bool
) -> Question:
    """The approval of one version of a client's report (D5, D6); the second one is the crisis
    team's, of whom as many must agree as the plan's limits say."""
    team = len(whom.crisis_leads(plan))
    what = report_name(document.type)
    refuse = (
        phrase("Send no notice") if document.type == "combined-notice" else phrase("Do not send")
    )
    return Question(
        key=f"{document.incident}:approve:{document.id}{SECOND if second else ''}",
        incident=document.incident,
        kind="approve",
        title=phrase("Send this {report} to {client}?", report=what, client=client),
        text=phrase("Read it as the client will. It goes out as it stands here."),
        options=[
            option(
                "approve", phrase("Approve and send"), phrase("It is sent to the client at once")
            ),
            option("refuse", refuse, phrase("Nothing is sent; your reason is kept"), "required"),
        ],
        known=known(session, plan, document.incident, now),
        due_at=document.due_at,
        document_id=document.id,
        version=document.version,
        quorum=max(1, min(plan.limits.cmt_quorum, team)) if second else 1,
    )


def uncertain(session: Session, plan: Plan, document: Document, now: datetime) -> Question:
    """Whether a report reached the client, when the sender stopped in the middle: never guessed,
    and never sent twice without a person's word."""
    name = plan.client(document.client).name
    return Question(
        key=f"{document.incident}:uncertain:{document.id}:{now:%Y%m%dT%H%M%S}",
        incident=document.incident,
        kind="uncertain",
        title=phrase(
            "Did the {report} reach {client}?", report=report_name(document.type), client=name
        ),
        text=phrase(
            "Kitart stopped in the middle of sending it. Ask the client, then say. "
            "The mail's subject: “{subject}”.",
            subject=document.subject,
        ),
        options=[
            option("arrived", phrase("It arrived"), phrase("It counts as sent")),
            option(
                "again",
                phrase("Send it again"),
                phrase("It is sent once more, the client may get it twice"),
            ),
        ],
        known=known(session, plan, document.incident, now),
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
        document_id=document.id,
        version=document.version,
    )


def divert_order(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """Whether the carrier diverts the lines (D19, E41): the account manager's decision (A24)."""
    row = incidents.get(session, incident)
    return Question(
        key=f"{incident}:divert-order",
        incident=incident,
        kind="divert-order",
        title=phrase("Order the carrier divert?"),
        text=phrase(
            "Callers reach nobody now. The carrier can divert the lines to a recorded notice. "
            "Kitart can't command the phone system or the carrier: a person phones."
        ),
        options=[
            option(
                "order",
                phrase("Order the divert"),
                phrase("The VCC administrator is asked to phone the carrier"),
            ),
            option(
                "not-needed",
                phrase("No divert"),
                phrase("Callers go on hearing nothing or busy"),
                "optional",
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=row.opened_at + timedelta(minutes=plan.limits.voicemail_active),
    )


def divert_switch(
    session: Session, plan: Plan, incident: str, direction: str, now: datetime
) -> Question:
    """Have the divert made, or ended, by phone; the proof is what a person hears (E41, E45)."""
    row = incidents.get(session, incident)
    lines = [
        line
        for project in plan.projects_affected_by(row.system_id)
        for line in plan.lines_of(project.id)
    ]
    # One that a relapse withdrew is not answered any more: the next recovery asks anew (E35).
    time = 1 + approvals.withdrawn(session, incident, direction)
    key = f"{incident}:{direction}:{time}"
    on = direction == "divert-on"
    return carrier_task(session, plan, incident, key, direction, lines, now, on=on)


def carrier_task(
    session: Session,
    plan: Plan,
    incident: str,
    key: str,
    kind: str,
    lines: Sequence[Line],
    now: datetime,
    *,
    on: bool,
) -> Question:
    """Have the carrier divert lines, or end that, by phone; the proof is what a person hears."""
    targets = [
        phrase(
            "{line} to {target}",
            line=line.number,
            target=line.carrier_divert_number or phrase("no divert number in the plan"),
        )
        for line in lines
    ]
    title = (
        phrase("Have the carrier divert the lines")
        if on
        else phrase("Have the carrier end the divert")
    )
    expected = phrase("the recorded notice") if on else phrase("the phone system, not the notice")
    return Question(
        key=key,
        incident=incident,
        kind=kind,
        title=title,
        text=phrase(
            "Phone the carrier with the call-back code. Then call each line and hear {expected}.",
            expected=expected,
        ),
        options=[
            option(
                "heard",
                phrase("Done: I called and heard {expected}", expected=expected),
                phrase("Counts as proved"),
            ),
            option(
                "not-possible",
                phrase("Not possible"),
                phrase("The lines stay as they are"),
                "required",
            ),
        ],
        known=[*targets, *known(session, plan, incident, now)],
        due_at=now + timedelta(minutes=plan.limits.voicemail_active),
    )


def ticket(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """The supplier's ticket number, from the IT manager."""
    return Question(
        key=f"{incident}:ticket",
        incident=incident,
        kind="ticket",
        title=phrase("The supplier's ticket number"),
        text=phrase("The fault was reported to the supplier by mail. Which number did it give?"),
        options=[
            option(
                "given",
                phrase("This is the number"),
                phrase("It is named in the reports"),
                "required",
            ),
            option("none", phrase("None yet"), phrase("The reports say so")),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.first_notice),
    )


def _number(line: Line) -> str:
    return f"{line.number} ({line.project} {line.lang})"


def called(lines: Iterable[Line], known: Collection[str]) -> list[Line]:
    """Those of the lines that a question asked to call, by what it said."""
    return [line for line in lines if _number(line) in known]


def test_call(
    session: Session,
    plan: Plan,
    incident: str,
    lines: list[str],
    up_since: datetime,
    attempt: int,
    now: datetime,
) -> Question:
    """A person calls each line that no call record proves (reports: two factors are proved)."""
    numbers = [_number(plan.line(line)) for line in lines]
    return Question(
        key=f"{incident}:test-call:{up_since:%Y%m%dT%H%M%S}:{attempt}",
        incident=incident,
        kind="test-call",
        title=phrase("Call each line: do calls reach the phone system?"),
        text=phrase("The phone system answers again. Call each line below; what do you hear?"),
        options=[
            option(
                "answered",
                phrase("Each was answered by a queue or an agent"),
                phrase("Counts as proved"),
            ),
            option(
                "not-answered",
                phrase("Not each of them"),
                phrase("Recovery is not declared"),
                "required",
            ),
        ],
        known=[*numbers, *known(session, plan, incident, now)],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def findings(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """The cause, for the closing report: proved, or openly not established (D24)."""
    return Question(
        key=f"{incident}:findings",
        incident=incident,
        kind="findings",
        title=phrase("What was the cause?"),
        text=phrase("Your words stand in the clients' closing reports: no names, no guesses."),
        options=[
            option(
                "established",
                phrase("This is the cause"),
                phrase("It stands in the reports"),
                "required",
            ),
            option("not-established", phrase("Not established"), phrase("The reports say so")),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(hours=plan.limits.reopen_within_hours),
    )


def data_protection(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """Were personal data hit? A person's yes or no with a reason, in every case (§8, row 8)."""
    return Question(
        key=f"{incident}:data-protection",
        incident=incident,
        kind="data-protection",
        title=phrase("Were personal data affected?"),
        text=phrase(
            "Lost, seen by others, changed, or out of reach through a breach of security? "
            "Legal clocks may start with your answer; its reason is kept."
        ),
        options=[
            option("no", phrase("No"), phrase("The reports say no"), "required"),
            option(
                "yes",
                phrase("Yes"),
                phrase("The reports say yes; the legal clocks are yours"),
                "required",
            ),
            option(
                "being-checked",
                phrase("Being checked"),
                phrase("The reports say so; say yes or no later on the page of legal clocks"),
                "required",
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(hours=plan.limits.reopen_within_hours),
    )


def closing(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """Closing is a person's decision (D5)."""
    row = incidents.get(session, incident)
    return Question(
        key=f"{incident}:close:{row.recovered_at:%Y%m%dT%H%M%S}",
        incident=incident,
        kind="close",
        title=phrase("Close {incident}?", incident=incident),
        text=phrase(
            "{what}: recovered, and every client has its closing report.",
            what=title_of(plan, row),
        ),
        options=[
            option("close", phrase("Close the incident"), phrase("The record is filed"), "optional")
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(days=1),
    )
