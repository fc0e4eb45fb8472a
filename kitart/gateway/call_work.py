"""Working off the forms of calls logged by hand: entered, void, called back, reconciled (R46).

For supervisors and account managers, of their own projects alone (D23). Reports §8.1, steps 8 to
10: each form is entered later by somebody, checked by another, and the count must come out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kitart.gateway import access
from kitart.gateway.access import FORM_FIELD, SignedIn
from kitart.gateway.call_entry import lines
from kitart.gateway.house import House, house
from kitart.gateway.links import SEE_OTHER, read_form
from kitart.gateway.standing import answered
from kitart.gateway.visits import Page, Refused, Visitor
from kitart.journal import call_forms, call_log
from kitart.journal.call_forms import NotDone
from kitart.journal.tables import LoggedCall
from kitart.language import Phrase, phrase
from kitart.plan import whom
from kitart.rules import call_form, reconciling

router = APIRouter(include_in_schema=False)
ROLES = ("supervisor", "account_manager")
LONGEST = 500
STATES = {
    "open": phrase("still to be entered"),
    "entered": phrase("entered later"),
    "void": phrase("void"),
}
REASONS = {
    "open": phrase("This form is not entered yet."),
    "entered": phrase("This form was entered already."),
    "void": phrase("This form is void."),
    "the one who entered it": phrase("Somebody else must check what you entered."),
    "a card number": phrase("This looks like a card number. Take it out."),
}
NEEDS_WORDS = phrase("A few words are needed: nothing has been recorded.")
MOST_DONE = 100
"""How many forms that are done with are listed, the newest."""


@router.get("/log/forms")
async def show_forms(request: Request) -> Response:
    """All forms of the projects of who is signed in, and whether the count comes out."""
    place = house(request)
    done = "recorded" in request.query_params
    return await answered(place, request, lambda: _forms_page(place, _who(request), done=done))


@router.post("/log/forms")
async def reconcile(request: Request) -> Response:
    """Record that somebody went through an incident's forms, and what explains a difference."""
    place = house(request)

    def make(form: dict[str, str]) -> Response | Page:
        who = _who(request, form)
        incident, said = form.get("incident", ""), form.get("note", "").strip()[:LONGEST]
        with place.inst.journal.write() as session:
            rows = call_forms.of_incident(session, incident) if incident else []
            if not rows or not any(row.project in _projects(who) for row in rows):
                raise _not_there()
            if not call_forms.reconciliation(session, incident).comes_out and not said:
                return _forms_page(place, who, problem=NEEDS_WORDS)
            call_forms.record(
                session, incident, explained=said, by=who.visitor.person,
                role=who.visitor.role, now=who.visitor.now,
            )  # fmt: skip
        return RedirectResponse("/log/forms?recorded=1", status_code=SEE_OTHER)

    return await _posted(place, request, make)


@router.get("/log/forms/{form_id}")
async def show_form(form_id: int, request: Request) -> Response:
    """One form with all that was written, and what may be done with it."""
    place = house(request)
    done = "recorded" in request.query_params
    return await answered(
        place, request, lambda: _form_page(place, _who(request), form_id, done=done)
    )


@router.post("/log/forms/{form_id}")
async def change_form(form_id: int, request: Request) -> Response:
    """Enter it, declare it void, check it, or write down an attempt to call back."""
    place = house(request)

    def make(form: dict[str, str]) -> Response | Page:
        who = _who(request, form)
        act = ACTIONS.get(form.get("do", ""))
        if act is None:
            raise Refused(422, phrase("That is not one of the answers."), phrase("Load it again."))
        try:
            with place.inst.journal.write() as session:
                _mine(session, who, form_id)
                act(session, form_id, form, who.visitor)
        except NotDone as no:
            problem = REASONS.get(str(no), NEEDS_WORDS)
            return _form_page(place, who, form_id, problem=problem)
        return RedirectResponse(f"/log/forms/{form_id}?recorded=1", status_code=SEE_OTHER)

    return await _posted(place, request, make)


async def _posted(
    place: House, request: Request, make: Callable[[dict[str, str]], Response | Page]
) -> Response:
    """What ``make`` makes of the form; a page that says so for one that can't be read."""
    try:
        form = await read_form(request)
    except Refused as refused:
        unreadable = refused
        return await answered(place, request, lambda: unreadable.page())
    return await answered(place, request, lambda: make(form))


def _enter(session: Session, form_id: int, form: dict[str, str], visitor: Visitor) -> None:
    call_forms.enter(
        session, form_id, ticket=_words(form, "ticket"), differences=_said(form, "differences"),
        by=visitor.person, now=visitor.now,
    )  # fmt: skip


def _void(session: Session, form_id: int, form: dict[str, str], visitor: Visitor) -> None:
    call_forms.void(
        session, form_id, reason=_words(form, "reason"), by=visitor.person, now=visitor.now
    )


def _check(session: Session, form_id: int, form: dict[str, str], visitor: Visitor) -> None:
    found = _said(form, "differences")
    call_forms.check(session, form_id, differences=found, by=visitor.person, now=visitor.now)


def _call_back(session: Session, form_id: int, form: dict[str, str], visitor: Visitor) -> None:
    call_forms.call_back(
        session, form_id, result=_words(form, "result"), done=form.get("done") == "yes",
        by=visitor.person, now=visitor.now,
    )  # fmt: skip


ACTIONS: dict[str, Callable[[Session, int, dict[str, str], Visitor], None]] = {
    "enter": _enter, "void": _void, "check": _check, "callback": _call_back,
}  # fmt: skip


def _words(form: dict[str, str], name: str) -> str:
    if said := _said(form, name):
        return said
    raise NotDone("no words")


def _said(form: dict[str, str], name: str) -> str:
    said = form.get(name, "").strip()[:LONGEST]
    if call_form.holds_card_number(said):
        raise NotDone("a card number")
    return said


def _who(request: Request, form: dict[str, str] | None = None) -> SignedIn:
    who = access.needs_role(request, *ROLES)
    if form is not None:
        access.check_form(who, form)
    return who


def _projects(who: SignedIn) -> tuple[str, ...]:
    return whom.projects_of(who.visitor.plan, who.visitor.person)


def _mine(session: Session, who: SignedIn, form_id: int) -> LoggedCall:
    try:
        row = call_forms.get(session, form_id)
    except LookupError:
        raise _not_there() from None
    if row.project not in _projects(who):
        raise _not_there()
    return row


def _not_there() -> Refused:
    return Refused(
        404,
        phrase("There is no such form among those of your projects"),
        phrase("Ask the project's supervisor if you need it."),
    )


def _forms_page(
    place: House, who: SignedIn, *, problem: Phrase | None = None, done: bool = False
) -> Page:
    visitor = who.visitor
    with place.inst.journal.read() as session:
        rows = call_forms.of_projects(session, _projects(who))
        incidents = list(dict.fromkeys(row.incident for row in rows if row.incident))
        groups = [
            {"incident": number, "count": call_forms.reconciliation(session, number)}
            for number in incidents
        ]
    view = {
        "visitor": visitor, "form_field": FORM_FIELD, "form_key": who.form_key,
        "groups": groups, "problem": visitor.read(problem or ""), "recorded": done,
        "to_do": [_shown(visitor, row) for row in rows if _to_do(row)],
        "done": [_shown(visitor, row) for row in _newest(rows) if not _to_do(row)][:MOST_DONE],
    }  # fmt: skip
    return Page("call_forms.html", view, 422 if problem else 200)


def _newest(rows: list[LoggedCall]) -> list[LoggedCall]:
    return sorted(rows, key=lambda row: row.started_at, reverse=True)


def _to_do(row: LoggedCall) -> bool:
    return call_forms.state_of(row) == "open" or call_forms.callback_open(row)


def _shown(visitor: Visitor, row: LoggedCall) -> dict[str, Any]:
    calendar = visitor.plan.calendar_of(row.project)
    due = reconciling.enter_by(row.started_at, row.time_zone, row.urgent, calendar)
    state = call_forms.state_of(row)
    return {
        "id": row.id, "number": call_log.number(row), "project": row.project,
        "incident": row.incident, "urgent": row.urgent, "state": state,
        "state_words": visitor.read(STATES[state]), "due": due,
        "late": state == "open" and due < visitor.now,
        "callback": call_forms.callback_open(row), "after": call_forms.after(row),
    }  # fmt: skip


def _form_page(
    place: House, who: SignedIn, form_id: int, *, problem: Phrase | None = None, done: bool = False
) -> Page:
    visitor = who.visitor
    with place.inst.journal.read() as session:
        row = _mine(session, who, form_id)
    here = ZoneInfo(row.time_zone)
    ended = f"–{row.ended_at.astimezone(here):%H:%M}" if row.ended_at else ""
    view = {
        "visitor": visitor, "form_field": FORM_FIELD, "form_key": who.form_key,
        "form": _shown(visitor, row), "problem": visitor.read(problem or ""), "recorded": done,
        "call": f"{row.day} {row.started_at.astimezone(here):%H:%M}{ended} ({row.time_zone})",
        "line": _line(visitor, row), "agent": row.agent,
        "phone": row.fields.get("callback_number", ""),
        "values": [
            (visitor.read(field.label), _value(visitor, field, row.fields.get(field.name, "")))
            for field in call_form.FIELDS
            if row.fields.get(field.name)
        ],
        "moment": lambda text: visitor.time(datetime.fromisoformat(text)),
        "may_check": call_forms.after(row).get("entered_by") != visitor.person,
        "limit": LONGEST,
    }  # fmt: skip
    return Page("call_form.html", view, 422 if problem else 200)


def _line(visitor: Visitor, row: LoggedCall) -> str:
    """Project, language and line in words; the codes for a line that the plan no longer has."""
    value = f"{row.project}/{row.language}/{row.line}"
    return dict(lines(visitor.plan, (row.project,), visitor.language)).get(value, value)


def _value(visitor: Visitor, field: call_form.Field, value: str) -> str:
    words = dict(field.options).get(value)
    if field.kind == "tick":
        return visitor.read(phrase("yes"))
    return visitor.read(words) if words else value
