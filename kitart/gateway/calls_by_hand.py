"""The manual call log: agents by their standing link, supervisors signed in (R46).

The page sends its forms by itself, also those that waited on the device while there was no
network; each is taken once. The same address takes the form of a browser without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from kitart.gateway import access, call_entry, typed
from kitart.gateway.access import FORM_FIELD, SignedIn
from kitart.gateway.call_entry import NotTaken, Writer
from kitart.gateway.house import House, house
from kitart.gateway.links import SEE_OTHER, read_form
from kitart.gateway.signing_in import page
from kitart.gateway.standing import answered, opened
from kitart.gateway.visits import Page, Refused
from kitart.journal import call_log
from kitart.language import phrase
from kitart.plan import whom
from kitart.reports.call_csv import as_csv
from kitart.rules import call_form

router = APIRouter(include_in_schema=False)

TEMPLATE = "calls_by_hand.html"
ROLES = ("supervisor", "account_manager")
MOST_FIELDS = 40
# The page's own script may run and speak to us; nothing else may.
WITH_SCRIPT = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
}


@router.get("/log.js")
def script(request: Request) -> Response:
    """What keeps forms on the device while there is no network. Holds no word of anybody."""
    path = house(request).inst.settings.templates_dir / "pages" / "calls_by_hand.js"
    return Response(path.read_text("utf-8"), media_type="text/javascript")


@router.get("/o/{token}/log")
async def show_to_agent(token: str, request: Request) -> Response:
    """The form, for an agent. Changes nothing."""
    place = house(request)

    def make() -> Response:
        return _form_page(place, request, _agent(place, token), number=_asked(request))

    return await answered(place, request, make)


@router.post("/o/{token}/log")
async def take_from_agent(token: str, request: Request) -> Response:
    """Keep an agent's form."""
    place = house(request)
    return await _taken(place, request, lambda form: (_agent(place, token), f"../{token}/log"))


@router.get("/log")
async def show_to_supervisor(request: Request) -> Response:
    """The form and the counts, for who is signed in. Changes nothing."""
    place = house(request)

    def make() -> Response:
        who = access.needs_role(request, *ROLES)
        return _form_page(place, request, _supervisor(who), number=_asked(request))

    return await answered(place, request, make)


@router.post("/log")
async def take_from_supervisor(request: Request) -> Response:
    """Keep a supervisor's form."""
    place = house(request)

    def writer(form: dict[str, str]) -> tuple[Writer, str]:
        who = access.needs_role(request, *ROLES)
        access.check_form(who, form)
        return _supervisor(who), "/log"

    return await _taken(place, request, writer)


@router.get("/log.csv")
async def export(request: Request) -> Response:
    """A project's forms as CSV, for its supervisors and account managers alone (D23)."""
    place = house(request)

    def make() -> Response:
        who = access.needs_role(request, *ROLES)
        project = request.query_params.get("project", "")
        if project not in whom.projects_of(who.visitor.plan, who.visitor.person):
            raise Refused(
                403,
                phrase("These forms are of a project that is not yours"),
                phrase("Ask the project's supervisor if you need them."),
            )
        with place.inst.journal.read() as session:
            rows = call_log.of_project(session, project)
        name = f"call-log_{project}_{who.visitor.now:%Y%m%d-%H%M}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        content = as_csv(rows, who.visitor.language)
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    return await answered(place, request, make)


def _agent(place: House, token: str) -> Writer:
    home = opened(place, token)
    return Writer(home.visitor, home.agent.projects, (home.agent.id,))


def _supervisor(who: SignedIn) -> Writer:
    plan, person = who.visitor.plan, who.visitor.person
    projects = whom.projects_of(plan, person)
    agents = [each.id for each in plan.agents if set(each.projects) & set(projects)]
    return Writer(who.visitor, projects, (person, *agents), who.form_key)


def _asked(request: Request) -> str:
    """The number of the form that was just sent, as the address says it."""
    return request.query_params.get("taken", "")[:40]


def _form_page(
    place: House,
    request: Request,
    writer: Writer,
    *,
    draft: dict[str, str] | None = None,
    problem: str = "",
    number: str = "",
) -> Response:
    visitor = writer.visitor
    here = visitor.now.astimezone(ZoneInfo(visitor.zone))
    first = visitor.plan.agent(visitor.person).queue if not writer.form_key else ""
    shown = call_entry.lines(visitor.plan, writer.projects, visitor.language)
    with place.inst.journal.read() as session:
        counts = call_log.counts(session, writer.projects) if writer.form_key else {}
        next_number = call_log.next_number(session, visitor.person, f"{here:%Y-%m-%d}")
    usual = next((value for value, _ in shown if first and value.startswith(f"{first}/")), "")
    view = {
        "visitor": visitor,
        "form_field": FORM_FIELD,
        "form_key": writer.form_key,
        "agents": writer.agents,
        "lines": shown,
        "fields": call_form.FIELDS,
        "groups": [call_form.CONTACT, call_form.CALLER, call_form.RESULT],
        "draft": {"line": usual, "identified": "none", "urgency": "normal"} | (draft or {}),
        "problem": visitor.read(problem),
        "number": number,
        "counts": counts,
        "form_id": typed.new_form_id(),
        "next_number": next_number,
        "today": f"{here:%Y-%m-%d}",
        "clock": f"{here:%H:%M}",
        "going_on": call_entry.logging_now(place, writer.projects, visitor.now),
    }
    made = page(place, request, Page(TEMPLATE, view, 422 if problem else 200))
    made.headers.update(WITH_SCRIPT)
    return made


async def _taken(
    place: House, request: Request, writer_of: Callable[[dict[str, str]], tuple[Writer, str]]
) -> Response:
    """Keep what came; the page's script is answered in JSON, a form by the page again."""
    by_script = "application/json" in request.headers.get("accept", "")
    try:
        form = await read_form(request, MOST_FIELDS)
    except Refused as refused:
        too_much = refused
        return await answered(place, request, lambda: _refusal(too_much, by_script))

    def make() -> Response | Page:
        try:
            writer, back = writer_of(form)
        except Refused as refused:
            return _refusal(refused, by_script)
        try:
            number, new = call_entry.take(place, writer, form)
        except NotTaken as wrong:
            return _wrong(place, request, writer, form, wrong, by_script)
        if by_script:
            return JSONResponse({"number": number, "new": new})
        return RedirectResponse(f"{back}?taken={number}", status_code=SEE_OTHER)

    return await answered(place, request, make)


def _refusal(refused: Refused, by_script: bool) -> Response | Page:
    if by_script:
        return JSONResponse({"problem": refused.title}, status_code=refused.status)
    return refused.page()


def _wrong(
    place: House,
    request: Request,
    writer: Writer,
    form: dict[str, str],
    wrong: NotTaken,
    by_script: bool,
) -> Response:
    problem = wrong.args[0]
    if by_script:
        return JSONResponse({"problem": writer.visitor.read(problem)}, status_code=422)
    return _form_page(place, request, writer, draft=form, problem=problem)
