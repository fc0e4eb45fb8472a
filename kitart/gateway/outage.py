"""The agent's page "I can't work": ten seconds on a phone, no password (R17, D13, E17).

Where a seat is lost by it, it opens or joins an incident at once, and the page says which. Safety
comes first: who says "no" or "I need help" is recorded by that tap alone, and reads whom to
call before anything else. Nobody in danger is asked to move.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kitart.alerts.workplace import Reported, report_outage, takes_back
from kitart.gateway import typed
from kitart.gateway.house import House, house
from kitart.gateway.links import SEE_OTHER, read_form
from kitart.gateway.outage_form import SAFE_OPTIONS, WHAT_OPTIONS, Answers, read_answers
from kitart.gateway.standing import AtHome, answered, emergency, opened, to_phone
from kitart.gateway.visits import Page, Refused
from kitart.journal import incidents, outage_reports
from kitart.journal.outage_reports import AGENT, IN_DANGER, WITHDRAWN, YES, Said
from kitart.journal.tables import OutageReport
from kitart.reports.wording import Wording

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

TEMPLATE = "outage.html"
SHOWN_AFTERWARDS = timedelta(hours=12)


@router.api_route("/o/{token}", methods=["GET", "HEAD"])
async def show_page(token: str, request: Request) -> Response:
    """Ask, or show what stands. Changes nothing."""
    place, safe = house(request), request.query_params.get("safe", "")
    return await answered(place, request, lambda: show(place, token, safe=safe))


@router.post("/o/{token}")
async def take_page(token: str, request: Request) -> Response:
    """Record the report, or withdraw it; who reloads then sees what stands."""
    place = house(request)
    try:
        form = await read_form(request)
    except Refused as refused:
        problem = refused
        return await answered(place, request, lambda: problem.page())

    def take() -> Page | Response:
        return answer(place, token, form) or RedirectResponse(f"./{token}", status_code=SEE_OTHER)

    return await answered(place, request, take)


def show(
    place: House, token: str, *, safe: str = "", draft: Answers | None = None, problem: str = ""
) -> Page:
    """The page as it stands for who holds the link; ``draft`` and ``problem`` give a form back."""
    home = opened(place, token)
    visitor, plan = home.visitor, home.visitor.plan
    with place.inst.journal.read() as session:
        row = outage_reports.of_agent(session, home.agent.id)
        last = outage_reports.last_of_agent(session, home.agent.id)
        led_to = in_open_incident(session, row)
    in_danger = row is not None and row.safe in IN_DANGER
    over = last if last and not row and last.ended_as == WITHDRAWN else None
    if over and over.ended_at and visitor.now - over.ended_at > SHOWN_AFTERWARDS:
        over = None
    view = {
        "visitor": visitor,
        "token": token,
        "home": home,
        "queue": _queue(home),
        "row": row,
        "over": over,
        "led_to": led_to,
        "in_danger": in_danger,
        "asks": bool(row) or safe == YES or draft is not None,
        "draft": draft or _draft_of(row, safe),
        "problem": visitor.read(problem),
        "form_id": typed.new_form_id(),
        "emergency": emergency(plan, home.agent.country),
        "to_phone": to_phone(plan, home.project, visitor),
        "what_options": [(value, visitor.read(word)) for value, word in WHAT_OPTIONS],
        "safe_options": [(value, visitor.read(word)) for value, word in SAFE_OPTIONS],
        "what_words": {value: visitor.read(word) for value, word in WHAT_OPTIONS},
    }
    return Page(TEMPLATE, view, 422 if problem else 200)


def answer(place: House, token: str, form: dict[str, str]) -> Page | None:
    """Record what the agent says; ``None`` when the page now shows it, else the form as it was."""
    home = opened(place, token)
    if "withdraw" in form:
        _withdraw(place, home, form["withdraw"])
        return None
    answers = read_answers(form, home.visitor.now, home.visitor.zone)
    if answers.problem:
        return show(place, token, draft=answers, problem=answers.problem)
    said = Said(
        agent=home.agent.id, project=home.project, language=home.language, area=home.agent.area,
        reported_by=home.agent.id, role=AGENT, safe=answers.safe, what=answers.what,
        can_move=answers.can_move, occurred_at=answers.occurred_at, until=answers.until_at,
    )  # fmt: skip
    key = f"{home.agent.id}:{typed.form_id(form.get('form', ''))}:{answers.words}"
    with place.inst.journal.write() as session:
        made = report_outage(session, home.visitor.plan, key, said, now=home.visitor.now)
    if made is not None:
        tell_log(said)
        raise_first_alarm(place, [made])
    return None


def raise_first_alarm(place: House, made: list[Reported]) -> None:
    """The first alarm of each incident that reports led to leaves at once (DESIGN, decision 7)."""
    for number in dict.fromkeys(each.incident for each in made if each.incident):
        place.watchman.opened(number)


def in_open_incident(session: Session, row: OutageReport | None) -> str | None:
    """The number of the open incident that a report is in, ``None`` where nobody was told of it."""
    if row is None or row.incident is None:
        return None
    incident = incidents.get(session, row.incident)
    return incident.number if incident.closed_at is None else None


def tell_log(said: Said | OutageReport) -> None:
    """One line for whoever watches the log: codes, no words of a person."""
    level = logging.WARNING if said.safe in IN_DANGER else logging.INFO
    log.log(
        level, "%s can't work (%s, safe: %s), reported by %s",
        said.agent, said.what or "not said", said.safe, said.reported_by,
    )  # fmt: skip


def _withdraw(place: House, home: AtHome, report: str) -> None:
    with place.inst.journal.write() as session:
        row = outage_reports.of_agent(session, home.agent.id)
        # A page from before must not withdraw what was said since.
        if row is None or str(row.id) != report:
            return
        takes_back(session, home.agent.id, by=home.agent.id, role=AGENT, now=home.visitor.now)
    log.info("%s works again", home.agent.id)


def _queue(home: AtHome) -> str:
    words = Wording(home.visitor.zone, home.visitor.language)
    return f"{home.project}, {words.language_name(home.language)}"


def _draft_of(row: Any, safe: str) -> Answers:
    """What stands, to be changed; else an empty form."""
    if row is None:
        return Answers(safe=safe)
    return Answers(safe=row.safe, what=row.what, can_move=row.can_move)
