"""The page of the vital inputs: what is due, what has arrived, and a person's word on it (A21)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kitart.alerts import expected_inputs
from kitart.gateway import access, typed
from kitart.gateway.access import FORM_FIELD, SignedIn
from kitart.gateway.house import House, house
from kitart.gateway.links import SEE_OTHER, read_form
from kitart.gateway.standing import answered
from kitart.gateway.visits import Page, Refused
from kitart.journal import inputs
from kitart.journal.inputs import Arrived
from kitart.language import Phrase, phrase
from kitart.messaging.missing_input import raise_missing
from kitart.plan import whom
from kitart.plan.inputs import ExpectedInput, comes_from
from kitart.plan.roles import role_name

router = APIRouter(include_in_schema=False)

TEMPLATE = "inputs.html"
MOST_FIELDS = 20
SEEN_LETTERS = (3, 500)
STATES: dict[str, Phrase] = {
    inputs.EXPECTED: phrase("expected"),
    inputs.ARRIVED: phrase("has arrived"),
    inputs.LATE: phrase("has arrived late"),
    inputs.OVERDUE: phrase("missing"),
    inputs.PASSED: phrase("not seen"),
}


@router.get("/inputs")
async def show_page(request: Request) -> Response:
    """Every input that the visitor may see. Changes nothing."""
    place, said = house(request), request.query_params.get("said", "")
    return await answered(
        place, request, lambda: show(place, access.needs_role(request), said=said)
    )


@router.post("/inputs")
async def take_page(request: Request) -> Response:
    """Record that an input has arrived, or that it is missing: then an incident opens."""
    place = house(request)
    try:
        form = await read_form(request, MOST_FIELDS)
    except Refused as refused:
        too_much = refused
        return await answered(place, request, lambda: too_much.page())

    def take() -> Page | Response:
        who = access.needs_role(request)
        access.check_form(who, form)
        known = next((k for k in _visible(who) if k.id == form.get("input")), None)
        if known is None:
            return show(place, who, problem=phrase("Choose one of the inputs below."))
        if form.get("about") == "missing":
            return _missing(place, who, known, form)
        return _arrived(place, who, known, form)

    return await answered(place, request, take)


def show(
    place: House, who: SignedIn, *, problem: str = "", about: str = "", said: str = ""
) -> Page:
    """The page; ``problem`` gives back a form of the input ``about`` that wasn't complete."""
    visitor = who.visitor
    visible = _visible(who)
    with place.inst.journal.read() as session:
        found = [_shown(session, who, known) for known in visible]
    view: dict[str, Any] = {
        "visitor": visitor,
        "form_field": FORM_FIELD,
        "form_key": who.form_key,
        "form_id": typed.new_form_id(),
        "inputs": found,
        "said": said if said in {known.id for known in visible} else "",
        "problem": visitor.read(problem),
        "about": about,
        "seen_limit": SEEN_LETTERS[1],
    }  # fmt: skip
    return Page(TEMPLATE, view, 422 if problem else 200)


def _shown(session: Session, who: SignedIn, known: ExpectedInput) -> dict[str, Any]:
    visitor = who.visitor
    row = inputs.due_that_counts(session, known.id, visitor.now) or inputs.last_due(
        session, known.id
    )
    return {
        "known": known,
        "from": comes_from(visitor.plan, known),
        "row": row,
        "last": inputs.latest(session, known.id),
        "state": visitor.read(STATES[row.state]) if row else "",
        "bad": row is not None and row.state == inputs.OVERDUE,
    }


def _visible(who: SignedIn) -> list[ExpectedInput]:
    """The inputs of the visitor's projects, those that no queue needs, and his own (D23)."""
    mine = set(whom.projects_of(who.visitor.plan, who.visitor.person))
    return [
        known
        for known in who.visitor.plan.inputs
        if not known.projects or mine & set(known.projects) or known.owner == who.visitor.person
    ]


def _arrived(
    place: House, who: SignedIn, known: ExpectedInput, form: dict[str, str]
) -> Page | Response:
    visitor = who.visitor
    try:
        at = typed.last_time(form.get("at", "")[:8], visitor.now, visitor.zone)
    except ValueError:
        problem: str = phrase("Write times as 14:05, or leave them empty.")
        return show(place, who, problem=problem, about=known.id)
    mark = f"person:{visitor.person}:{typed.form_id(form.get('form', ''))}"
    arrived = Arrived(known.id, at, inputs.PERSON, mark, by_role=str(role_name(visitor.role)))
    with place.inst.journal.write() as session:
        expected_inputs.take(session, visitor.plan, arrived, now=visitor.now)
    return RedirectResponse(f"/inputs?said={known.id}", status_code=SEE_OTHER)


def _missing(
    place: House, who: SignedIn, known: ExpectedInput, form: dict[str, str]
) -> Page | Response:
    visitor = who.visitor
    seen = " ".join(form.get("seen", "").split())
    if not SEEN_LETTERS[0] <= len(seen) <= SEEN_LETTERS[1]:
        problem: str = phrase("Say in one sentence what is seen.")
        return show(place, who, problem=problem, about=known.id)
    with place.inst.journal.write() as session:
        number = expected_inputs.report_missing(
            session, visitor.plan, known.id,
            seen=seen, reported_by=str(role_name(visitor.role)), now=visitor.now,
        )  # fmt: skip
    raise_missing(place.inst, number)
    place.watchman.opened(number)
    return RedirectResponse(f"/incident/{number}", status_code=SEE_OTHER)
