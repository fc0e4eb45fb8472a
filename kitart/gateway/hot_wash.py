"""The page behind ``/h/``: what to keep, what to change, in a minute and without a password (t17).

A mail scanner's GET shows and records nothing.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from kitart.gateway.exercises import opened
from kitart.gateway.hand_forms import TEXT_LIMIT, Form
from kitart.gateway.house import House, house
from kitart.gateway.links import Reader, opened_link, shown, taken
from kitart.gateway.visits import Page, Refused, Visitor, agent_visitor, visitor_of
from kitart.journal import hot_wash
from kitart.journal.late_entries import NotTaken, Writer
from kitart.journal.tables import Incident
from kitart.language import phrase
from kitart.messaging.links import Link
from kitart.messaging.occasion import title_of

router = APIRouter(include_in_schema=False)


@router.api_route("/h/{token}", methods=["GET", "HEAD"])
def show_hot_wash(token: str, request: Request) -> Response:
    """Ask what to keep and what to change, or show what was said. Changes nothing."""
    place = house(request)
    reader = Reader(place, request, "hot-wash", token)
    return shown(reader, lambda: show(place, opened_link(place, "hot-wash", token)))


@router.post("/h/{token}")
async def take_hot_wash(token: str, request: Request) -> Response:
    """Record a participant's word."""
    place = house(request)

    def record(form: dict[str, str]) -> Page | None:
        return take(place, opened_link(place, "hot-wash", token), form)

    return await taken(Reader(place, request, "hot-wash", token), record)


def show(place: House, link: Link, form: Form | None = None, problem: str = "") -> Page:
    """The two questions, or what this participant has said."""
    with place.inst.journal.read() as session:
        row, visitor = _visitor(place, session, link)
        said = [w for w in hot_wash.words(session, link.subject) if w.person == link.person]
        until = hot_wash.until(session, link.subject)
    if not said and until is not None and visitor.now > until:
        raise _over(link.subject)
    view = {
        "incident": row, "visitor": visitor, "title": visitor.read(title_of(visitor.plan, row)),
        "said": said[0] if said else None, "until": until,
        "form": dict(form or {}), "problem": visitor.read(problem), "limit": TEXT_LIMIT,
    }  # fmt: skip
    return Page("hot_wash.html", view, 422 if problem else 200)


def take(place: House, link: Link, form: Form) -> Page | None:
    """Keep the word; the form again while there is none in it."""
    with place.inst.journal.read() as session:
        _, visitor = _visitor(place, session, link)
    keep, change = form.get("keep", "").strip(), form.get("change", "").strip()
    if not keep and not change:
        problem = phrase("Please write something in one of the two fields.")
        return show(place, link, form, problem)
    if max(len(keep), len(change)) > TEXT_LIMIT:
        problem = phrase("Please write fewer words: {n} letters fit.", n=TEXT_LIMIT)
        return show(place, link, form, problem)
    writer = Writer(visitor.person, visitor.role)
    try:
        with place.inst.journal.write() as session:
            hot_wash.say(session, link.subject, writer, keep, change, now=visitor.now)
    except NotTaken as late:
        raise _over(link.subject) from late
    return None


def _visitor(place: House, session: Session, link: Link) -> tuple[Incident, Visitor]:
    row, plan, _ = opened(place, session, link.subject)
    now = place.inst.clock.now()
    if any(agent.id == link.person for agent in plan.agents):
        return row, agent_visitor(plan, link.person, now)
    return row, visitor_of(plan, link.person, now)


def _over(number: str) -> Refused:
    return Refused(
        410,
        phrase("The time for this is over"),
        phrase("If something important is missing, tell your supervisor or the IT manager."),
        number=number,
    )
