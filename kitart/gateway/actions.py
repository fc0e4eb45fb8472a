"""The ledger of corrective actions on pages: what is open, and the way to say that one is done, or
whether it works (D29).

Who may see one: the IT manager and the CMT lead all, an account manager those of the own clients
and of all clients together, everybody else those that the own role sees to (D23).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway import write_up_words as words
from kitart.gateway.board import readable
from kitart.gateway.hand_forms import TEXT_LIMIT, Fault, Faulty, Form, words_in
from kitart.gateway.house import House
from kitart.gateway.visits import Page, Refused, Visitor
from kitart.journal import actions
from kitart.journal.actions import Kept
from kitart.journal.late_entries import NotTaken, Writer
from kitart.language import phrase
from kitart.messaging.actions import today_at
from kitart.plan import whom
from kitart.plan.roles import role_name
from kitart.rules import actions as rules
from kitart.rules.write_up import DONE, overdue

SEE_ALL = ("it_manager", "cmt_lead", "cmt")
FINISHED_SHOWN = 20
CHECKS = {"works": True, "fails": False}


def ledger(place: House, visitor: Visitor) -> Page:
    """The actions that a person may see: the overdue first, then the open, then the last ones that
    are finished."""
    with place.inst.journal.read() as session:
        mine = [kept for kept in actions.every(session) if _may_see(visitor, kept)]
    today = today_at(visitor.plan, visitor.now)
    mine.sort(key=lambda kept: rules.order(kept.action.form, today))
    still_open = [kept for kept in mine if rules.is_open(kept.action.form)]
    finished = [kept for kept in mine if not rules.is_open(kept.action.form)]
    view = {
        "visitor": visitor,
        "still_open": [_shown(visitor, kept) for kept in still_open],
        "late": sum(overdue(k.action.form.status, k.action.form.due, today) for k in still_open),
        "finished": [_shown(visitor, kept) for kept in reversed(finished[-FINISHED_SHOWN:])],
    }
    return Page("actions.html", view)


def one(
    place: House,
    reference: str,
    visitor: Visitor,
    form: Form | None = None,
    fault: Fault | None = None,
) -> Page:
    """One action, with what may be said of it now; raises ``Refused`` for who may not see it."""
    with place.inst.journal.read() as session:
        kept = _found(session, reference, visitor)
    view = {
        "visitor": visitor, "incident": kept.record, "each": _shown(visitor, kept),
        "may_say": _may_say(visitor, kept), "to_do": rules.to_do(kept.action.form),
        "to_check": kept.action.form.status == DONE, "form": dict(form or {}),
        "problem": visitor.read(fault.words) if fault else "",
        "problem_at": fault.field if fault else "", "limit": TEXT_LIMIT,
    }  # fmt: skip
    return Page("action.html", view, 422 if fault else 200)


def take(place: House, reference: str, visitor: Visitor, form: Form) -> Page | None:
    """Record that an action is done, or what the check of its effect showed; the page again, with
    what is wrong, while it can't be."""
    with place.inst.journal.read() as session:
        kept = _found(session, reference, visitor)
    if not _may_say(visitor, kept):
        raise Refused(
            403,
            phrase("This action is not yours to complete"),
            phrase("Its owner, the IT manager and the CMT lead may."),
        )
    writer = Writer(visitor.person, visitor.role)
    try:
        with place.inst.journal.write() as session:
            if form.get("about") == "check":
                effect = words_in(form, "effect", phrase("Please write what the check showed."))
                works = CHECKS.get(form.get("works", ""))
                if works is None:
                    raise Faulty("works", phrase("Please choose whether it works."))
                actions.checked(session, reference, works, effect, writer, now=visitor.now)
            else:
                evidence = words_in(form, "evidence", words.ACTION_FIELDS["evidence"])
                actions.done(session, reference, evidence, writer, now=visitor.now)
    except Faulty as faulty:
        return one(place, reference, visitor, form, faulty.fault)
    except NotTaken as gone:
        raise Refused(
            409,
            phrase("Somebody was quicker"),
            phrase("This action has changed meanwhile. Look at it again."),
        ) from gone
    return None


def _found(session: Session, reference: str, visitor: Visitor) -> Kept:
    try:
        kept = actions.find(session, reference)
    except LookupError as unknown:
        raise Refused(
            404, phrase("There is no such corrective action"), phrase("Choose one from the list.")
        ) from unknown
    if not _may_see(visitor, kept):
        raise Refused(403, phrase("This action is not yours to see"), phrase("Ask the IT manager."))
    return kept


def _may_see(visitor: Visitor, kept: Kept) -> bool:
    form = kept.action.form
    if visitor.role in SEE_ALL:
        return True
    if form.client is not None and form.client not in _clients(visitor):
        return False
    return visitor.role in ("account_manager", form.owner)


def _may_say(visitor: Visitor, kept: Kept) -> bool:
    return visitor.role in ("it_manager", "cmt_lead", kept.action.form.owner)


def _clients(visitor: Visitor) -> set[str]:
    own = whom.projects_of(visitor.plan, visitor.person)
    return {project.client for project in visitor.plan.projects if project.id in own}


def _shown(visitor: Visitor, kept: Kept) -> dict[str, Any]:
    form = kept.action.form
    today = today_at(visitor.plan, visitor.now)
    return {
        "reference": kept.reference,
        "number": kept.record.number,
        "exercise": kept.record.exercise,
        "form": form,
        "finding": readable(visitor, form.finding),
        "owner": visitor.read(role_name(form.owner)),
        "status": visitor.read(words.STATUSES[form.status]),
        "late": overdue(form.status, form.due, today),
        "at": kept.action.at,
    }
