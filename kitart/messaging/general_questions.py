"""The questions of the general plan: what it is, can it be solved, who else, is it over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import general, incidents
from kitart.journal.approvals import Question
from kitart.language import phrase
from kitart.messaging.occasion import title_of
from kitart.messaging.questions import known, option
from kitart.plan.general import GENERAL
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan

CALLED_IN = ("it_manager", "vcc_admin", "data_protection", "cmt_lead")
"""The roles that the ERT lead can have brought in by one tap (R14)."""


def nature(session: Session, plan: Plan, incident: str, time: int, now: datetime) -> Question:
    """Two of the three inputs that the steps depend on: nature and systems affected (R11).

    A system of the register hands the incident over to the plan for it; one that has an incident
    of its own already is not offered. ``time`` counts the askings, from 1.
    """
    row = incidents.get(session, incident)
    taken = {other.system_id for other in incidents.open_incidents(session)}
    systems = [
        option(
            f"{general.SYSTEM}{system.id}",
            phrase("{system} fails", system=system.name),
            phrase("The plan for it goes on under this number; no clock starts anew"),
            "optional",
        )
        for system in plan.systems
        if system.id not in taken and system.id != GENERAL
    ]
    return Question(
        key=f"{incident}:{general.NATURE}:{time}",
        incident=incident,
        kind=general.NATURE,
        title=phrase("What is it? {what}", what=title_of(plan, row)),
        text=phrase(
            "The next steps depend on what kind of problem it is, on the systems affected and on "
            "the priority. Say in your words which systems, suppliers or places it touches."
        ),
        options=[
            option(
                "work-location",
                phrase("People can't work from where they are"),
                phrase("This plan goes on; say where, and how many"),
                "required",
            ),
            option(
                "input",
                phrase("Something we need from others is missing"),
                phrase("This plan goes on; name the supplier or the function"),
                "required",
            ),
            option(
                "other-system",
                phrase("A system fails that is not listed here"),
                phrase("This plan goes on; name the system"),
                "required",
            ),
            option(
                "other",
                phrase("Something else"),
                phrase("This plan goes on; say what it is"),
                "required",
            ),
            *systems,
        ],
        known=known(session, plan, incident, now),
        due_at=row.reported_at + timedelta(minutes=plan.limits.classify),
    )


def can_solve(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """Whether the ERT solves it; on P1 a "no" goes up the escalation matrix (R12, A1)."""
    return Question(
        key=f"{incident}:{general.CAN_SOLVE}",
        incident=incident,
        kind=general.CAN_SOLVE,
        title=phrase("Can you solve it?"),
        text=phrase("With the people you have, or those you can bring in."),
        options=[
            option("solving", phrase("Yes"), phrase("You go on; nobody else is called in")),
            _cannot(session, incident),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def _cannot(session: Session, incident: str) -> dict[str, str]:
    critical = incidents.get(session, incident).priority == "P1"
    means = (
        phrase("Called in at once: the IT manager, the account managers and the crisis team")
        if critical
        else phrase("The IT manager is called in; the crisis team on P1 alone")
    )
    return option(general.CANNOT, phrase("No, we can't"), means, "required")


def bring_in(session: Session, plan: Plan, incident: str, time: int, now: datetime) -> Question:
    """Who else is brought in, and which projects turned out to be affected (R14, R15)."""
    row = incidents.get(session, incident)
    roles = [
        option(
            kind,
            role_name(kind),
            phrase("Asked to join at once; the deputy after {minutes} minutes",
                   minutes=plan.limits.role_unreachable),
            "optional",
        )
        for kind in CALLED_IN
        if plan.people_of_kind(kind)
    ]  # fmt: skip
    projects = [
        option(
            f"{general.PROJECT}{project.id}",
            phrase("{project} is affected", project=project.id),
            phrase("Its account manager is told at once"),
            "optional",
        )
        for project in plan.projects
        if row.system_id == GENERAL and project.id not in (row.projects or ())
    ]
    nobody = option(general.NOBODY, phrase("Nobody else"), phrase("You are not asked again"))
    return Question(
        key=f"{incident}:{general.BRING_IN}:{time}",
        incident=incident,
        kind=general.BRING_IN,
        title=phrase("Who else is needed?"),
        text=phrase("Choose one; you are asked for the next one. The page stays open."),
        options=[*roles, *projects, nobody],
        known=known(session, plan, incident, now),
        due_at=None,
    )


def over(session: Session, plan: Plan, incident: str, time: int, now: datetime) -> Question:
    """The end, as the ERT lead says it, or the way up the matrix after all (D5, R12)."""
    row = incidents.get(session, incident)
    options = [
        option(
            "over",
            phrase("It is over"),
            phrase("The incident is closed; your words say what was done"),
            "required",
        )
    ]
    if general.unsolved(session, incident) is None:
        options.append(_cannot(session, incident))
    return Question(
        key=f"{incident}:{general.OVER}:{time}",
        incident=incident,
        kind=general.OVER,
        title=phrase("Is it over? {what}", what=title_of(plan, row)),
        text=phrase("The page stays open: answer when work goes on as usual."),
        options=options,
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.update_other),
    )


def client_told(
    session: Session, plan: Plan, incident: str, client: str, now: datetime
) -> Question:
    """Under the general plan a person tells the client; Kitart keeps whom, when and how (A23)."""
    critical = incidents.get(session, incident).priority == "P1"
    own = plan.client(client).report.first_notice_minutes
    minutes = own or (plan.limits.first_notice_p1 if critical else plan.limits.first_notice)
    return Question(
        key=f"{incident}:{general.CLIENT_TOLD}:{client}",
        incident=incident,
        kind=general.CLIENT_TOLD,
        title=phrase("Tell {client}", client=plan.client(client).name),
        text=phrase(
            "Nothing goes to the client by itself. Tell it what is known, then say here whom you "
            "told, when and how."
        ),
        options=[
            option("told", phrase("Told"), phrase("Your words are kept in the record"), "required"),
            option(
                "not-needed",
                phrase("Not told"),
                phrase("Your reason is kept in the record"),
                "required",
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=minutes),
    )
