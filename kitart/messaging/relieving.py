"""The question whether somebody takes over, and when it is put (A20, E26).

Until the new one says yes, the old one remains responsible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import handing_over, incidents, timeline
from kitart.journal.acknowledgements import CANNOT, TAKE
from kitart.journal.approvals import Question
from kitart.journal.handing_over import ERT, holder, question_key, take_overs
from kitart.journal.tables import TimelineEntry
from kitart.language import Phrase, phrase
from kitart.messaging.questions import known, option
from kitart.plan import whom
from kitart.plan.roles import named
from kitart.plan.schema import Plan
from kitart.reports.moments import moment_phrase
from kitart.rules.relief import LONGEST_SHIFT, ert_relief, manager_relief

MANAGER = "am:"


@dataclass(frozen=True)
class Relief:
    """``to`` is asked to take ``step`` over from ``person``; ``key`` is the question's."""

    step: str
    person: str
    to: str
    key: str


def due(session: Session, plan: Plan, incident: str, now: datetime) -> tuple[Relief, ...]:
    """The reliefs to ask for now: those wished for, and those of a change of shift."""
    found = [
        Relief(w.step, w.person, w.to, question_key(incident, w.step, w.to, w.occasion))
        for w in handing_over.wanted(session, incident)
    ]
    for step in _steps(session, plan, incident):
        relief = _by_shift(session, plan, incident, step, now)
        if relief is not None:
            found.append(relief)
    return tuple(found)


def wishes(session: Session, incident: str) -> list[TimelineEntry]:
    """The wishes to hand over, ever: a cheap look for a new one."""
    return timeline.entries(session, incident, handing_over.WANTED)


def may_take_over(
    session: Session, plan: Plan, incident: str, step: str, now: datetime
) -> tuple[str, ...]:
    """Whom the one in charge of a step may ask to take over: the others of the ERT, or an account
    manager's stand-ins, without those on leave."""
    charge = holder(session, incident, step)
    if charge is None:
        return ()
    order = (
        tuple(person.id for person in plan.ert_order(now))
        if step == ERT
        else whom.stand_ins(plan, step.removeprefix(MANAGER))
    )
    return tuple(c for c in whom.present(plan, order, now) if c != charge.person)


def _steps(session: Session, plan: Plan, incident: str) -> list[str]:
    system = incidents.get(session, incident).system_id
    return [ERT, *(f"{MANAGER}{code}" for code in whom.account_managers(plan, system))]


def _by_shift(
    session: Session, plan: Plan, incident: str, step: str, now: datetime
) -> Relief | None:
    charge = holder(session, incident, step)
    if charge is None:
        return None
    to = (
        ert_relief(plan, charge.person, charge.since, now)
        if step == ERT
        else manager_relief(plan, step.removeprefix(MANAGER), charge.person, charge.since, now)
    )
    if to is None:
        return None
    # Asked once a shift: who said "I can't" isn't asked again in it, who is still silent is.
    asked = [
        q
        for q in take_overs(session, incident, step)
        if to in q.asked_of and now - q.asked_at < LONGEST_SHIFT
    ]
    if asked:
        last = max(asked, key=lambda q: q.id)
        return Relief(step, charge.person, to, last.key) if last.state == "open" else None
    key = question_key(incident, step, to, f"shift-{now:%Y%m%dT%H%M}")
    return Relief(step, charge.person, to, key)


def question(
    session: Session, plan: Plan, incident: str, relief: Relief, now: datetime
) -> Question:
    """Whether somebody takes over; what a yes and a no mean."""
    charge = holder(session, incident, relief.step)
    since = charge.since if charge else now
    zone = plan.person(relief.to).time_zone
    return Question(
        key=relief.key,
        incident=incident,
        kind=handing_over.KIND,
        title=title(plan, incident, relief.step),
        text=phrase(
            "{name} has been in charge since {when} and stays so until you say yes.",
            name=named(plan, relief.person),
            when=moment_phrase(since, zone),
        ),
        options=[
            option(
                TAKE,
                phrase("I take over"),
                phrase("You are in charge from this moment; what is open comes to you"),
            ),
            option(CANNOT, phrase("I can't"), phrase("Nothing changes; the other is told")),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def title(plan: Plan, incident: str, step: str) -> Phrase:
    """What is taken over: the lead, or the account manager's part for some projects."""
    if step == ERT:
        return phrase("Take over the lead of {number}?", number=incident)
    manager = step.removeprefix(MANAGER)
    mine = [p.id for p in plan.projects if p.account_manager == manager]
    return phrase("Take over {projects} in {number}?", projects=", ".join(mine), number=incident)
