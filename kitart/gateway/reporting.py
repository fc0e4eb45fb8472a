"""The page on which a supervisor, account manager or ERT member reports (R17, R8).

Agents who can't work, several at once; or anything else, which starts the general plan.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kitart.alerts.general import Seen, open_general
from kitart.alerts.workplace import (
    Reported,
    one_report_at_a_time,
    report_in_turn,
    takes_back,
)
from kitart.gateway import access, typed
from kitart.gateway.access import FORM_FIELD, SignedIn
from kitart.gateway.house import House, house
from kitart.gateway.links import SEE_OTHER, read_form
from kitart.gateway.outage import in_open_incident, raise_first_alarm, tell_log
from kitart.gateway.outage_form import WHAT_OPTIONS, Answers, read_answers
from kitart.gateway.standing import answered, phone_numbers
from kitart.gateway.visits import Page, Refused
from kitart.journal import outage_reports
from kitart.journal.outage_reports import HELP, NO, SAFE, UNKNOWN, YES, Said
from kitart.language import phrase
from kitart.plan import whom
from kitart.plan.general import CUSTOMER_CARE
from kitart.plan.roles import role_name
from kitart.reports.wording import Wording

router = APIRouter(include_in_schema=False)

TEMPLATE = "report.html"
ROLES = ("supervisor", "account_manager", "ert")
MOST_FIELDS = 1000
AGENT, PROJECT = "agent:", "project:"
SEEN_LETTERS = (3, 500)
SAFE_OPTIONS = (
    (YES, phrase("Safe")),
    (NO, phrase("Not safe")),
    (HELP, phrase("Need help")),
    (UNKNOWN, phrase("Not known yet")),
)
YES_NO_UNKNOWN = ((YES, phrase("Yes")), (NO, phrase("No")), (UNKNOWN, phrase("Not known")))


@router.get("/report")
async def show_page(request: Request) -> Response:
    """The two forms, who is out, and what was just reported. Changes nothing."""
    place, asked = house(request), request.query_params

    def make() -> Page:
        who = access.needs_role(request, *ROLES)
        return show(place, who, incident=asked.get("incident", ""), told=asked.get("told", ""))

    return await answered(place, request, make)


@router.post("/report")
async def take_page(request: Request) -> Response:
    """Record agents who are out, or open an incident under the general plan."""
    place = house(request)
    try:
        form = await read_form(request, MOST_FIELDS)
    except Refused as refused:
        too_much = refused
        return await answered(place, request, lambda: too_much.page())

    def take() -> Page | Response:
        who = access.needs_role(request, *ROLES)
        access.check_form(who, form)
        match form.get("about"):
            case "agents":
                made = _take_agents(place, who, form)
            case "works":
                made = _take_back(place, who, form)
            case _:
                made = _take_general(place, who, form)
        return made if isinstance(made, Page) else RedirectResponse(made, status_code=SEE_OTHER)

    return await answered(place, request, take)


def show(
    place: House,
    who: SignedIn,
    *,
    form: dict[str, str] | None = None,
    problem: str = "",
    incident: str = "",
    told: str = "",
) -> Page:
    """The page; ``form`` and ``problem`` give back a form that wasn't complete."""
    visitor, plan = who.visitor, who.visitor.plan
    given = form or {}
    agents = _agents(who)
    with place.inst.journal.read() as session:
        out = outage_reports.standing(
            session, [code for codes in agents.values() for code in codes]
        )
        numbers = {row.agent: in_open_incident(session, row) for row in out}
    words = {value: visitor.read(word) for value, word in WHAT_OPTIONS}
    done = re.fullmatch(r"(\d{1,3})-(\d{1,3})", told)
    view: dict[str, Any] = {
        "visitor": visitor,
        "form_field": FORM_FIELD,
        "form_key": who.form_key,
        "form_id": typed.new_form_id(),
        "agents": agents,
        "out": out,
        "numbers": {row.agent: phone_numbers(plan.agent(row.agent).channels) for row in out},
        "incidents": numbers,
        "out_codes": [row.agent for row in out],
        "draft": Answers(
            safe=given.get("safe", ""), what=given.get("what", ""), can_move=given.get("move", ""),
            since=given.get("since", "")[:8], until=given.get("until", "")[:8],
        ),
        "form": given,
        "problem": visitor.read(problem),
        "about": given.get("about") or ("else" if problem else ""),
        "opened": incident if re.fullmatch(r"INC-\d{4,9}", incident) else "",
        "new_reports": int(done[1]) if done else None,
        "known_reports": int(done[2]) if done else 0,
        "safe_options": [(value, visitor.read(word)) for value, word in SAFE_OPTIONS],
        "what_options": list(words.items()),
        "what_words": words,
        "yes_no": [(value, visitor.read(word)) for value, word in YES_NO_UNKNOWN],
        "projects": [(p.id, p.name) for p in plan.projects],
        "seen_limit": SEEN_LETTERS[1],
    }  # fmt: skip
    return Page(TEMPLATE, view, 422 if problem else 200)


def _agents(who: SignedIn) -> dict[str, list[str]]:
    """The agents of the visitor's projects, by the queue they serve."""
    visitor = who.visitor
    words = Wording(visitor.zone, visitor.language)
    projects = whom.projects_of(visitor.plan, visitor.person)
    found: dict[str, list[str]] = {}
    for agent in visitor.plan.agents:
        project, _, language = agent.queue.partition("/")
        if project in projects:
            found.setdefault(f"{project}, {words.language_name(language)}", []).append(agent.id)
    return dict(sorted(found.items()))


def _take_agents(place: House, who: SignedIn, form: dict[str, str]) -> Page | str:
    visitor = who.visitor
    may = {code for codes in _agents(who).values() for code in codes}
    named = [n.removeprefix(AGENT) for n in form if n.startswith(AGENT)]
    chosen = [code for code in named if code in may]
    answers = read_answers(form, visitor.now, visitor.zone, safe=SAFE)
    if not chosen:
        problem: str = phrase("Choose who can't work.")
        return show(place, who, form=form, problem=problem)
    if answers.problem:
        return show(place, who, form=form, problem=answers.problem)
    key, new = typed.form_id(form.get("form", "")), list[Reported]()
    with place.inst.journal.write() as session:
        one_report_at_a_time(session, chosen)
        for code in chosen:
            agent = visitor.plan.agent(code)
            project, _, language = agent.queue.partition("/")
            said = Said(
                agent=code, project=project, language=language, area=agent.area,
                reported_by=visitor.person, role=visitor.role, safe=answers.safe,
                what=answers.what, can_move=answers.can_move, occurred_at=answers.occurred_at,
                until=answers.until_at,
            )  # fmt: skip
            made = report_in_turn(
                session, visitor.plan, f"{visitor.person}:{key}:{code}:{answers.words}", said,
                now=visitor.now,
            )  # fmt: skip
            if made is not None:
                new.append(made)
    for made in new:
        tell_log(made.row)
    raise_first_alarm(place, new)
    return f"/report?told={len(new)}-{len(chosen) - len(new)}"


def _take_back(place: House, who: SignedIn, form: dict[str, str]) -> Page | str:
    visitor = who.visitor
    may = {code for codes in _agents(who).values() for code in codes}
    with place.inst.journal.write() as session:
        row = outage_reports.of_agent(session, form.get("agent", ""))
        if row is not None and row.agent in may and str(row.id) == form.get("report"):
            takes_back(session, row.agent, by=visitor.person, role=visitor.role, now=visitor.now)
    return "/report"


def _take_general(place: House, who: SignedIn, form: dict[str, str]) -> Page | str:
    visitor = who.visitor
    known = {project.id for project in visitor.plan.projects}
    seen = " ".join(form.get("seen", "").split())
    problem: str = ""
    if not SEEN_LETTERS[0] <= len(seen) <= SEEN_LETTERS[1]:
        problem = phrase("Say in one sentence what is seen.")
    care = form.get("care", "")
    if care not in CUSTOMER_CARE:
        problem = problem or phrase("Say whether customer care suffers, or that it is not known.")
    try:
        since = typed.last_time(form.get("since", "")[:8], visitor.now, visitor.zone)
    except ValueError:
        since = visitor.now
        problem = problem or phrase("Write times as 14:05, or leave them empty.")
    if problem:
        return show(place, who, form=form, problem=problem)
    report = Seen(
        seen=seen,
        reported_by=str(role_name(visitor.role)),
        projects=tuple(sorted(
            code for code in known if f"{PROJECT}{code}" in form
        )),
        customer_care=care,
        systems=form.get("systems", "")[:200],
        cause_at=since,
    )  # fmt: skip
    with place.inst.journal.write() as session:
        opened = open_general(session, visitor.plan, report, now=visitor.now)
        number = opened.incident.number
    place.watchman.opened(number)
    return f"/report?incident={number}"
