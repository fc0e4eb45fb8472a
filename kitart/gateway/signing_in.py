"""Signing in and out: a personal link by SMS and mail, then a cookie (D20).

A scanner that opens the link changes nothing: the button behind it signs in, once.
"""

from __future__ import annotations

import logging

from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access
from kitart.gateway.house import House, house
from kitart.gateway.links import read_form
from kitart.gateway.visits import Page, Refused, visitor_of
from kitart.journal import sign_ins
from kitart.language import SOURCE, accepted, phrase
from kitart.messaging.sign_in_links import send_link
from kitart.plan.schema import Person

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
SEE_OTHER = 303


@router.get("/in")
def ask_for_link(request: Request) -> Response:
    """The page on which a role holder asks for a link."""
    return page(house(request), request, Page("sign_in.html", {"step": "ask"}))


@router.post("/in")
async def send_the_link(request: Request, later: BackgroundTasks) -> Response:
    """Send a link, if the code is somebody's: the page says the same either way."""
    place = house(request)
    code = (await read_form(request)).get("code", "").strip().upper()
    person = next((p for p in place.plans.current().people if p.id == code), None)
    if person is not None:
        # Sent after the answer, so that its time tells nothing either.
        later.add_task(_send, place, person)
    return page(house(request), request, Page("sign_in.html", {"step": "sent"}))


@router.get("/in/{key}")
def show_link(key: str, request: Request) -> Response:
    """Whom the link signs in, and the button that does it. Changes nothing."""
    place = house(request)
    try:
        return page(place, request, _link_page(place, key))
    except Refused as refused:
        return page(place, request, refused.page())


@router.post("/in/{key}")
async def use_link(key: str, request: Request) -> Response:
    """Sign in by the link: once, and then by the cookie."""
    place = house(request)
    try:
        cookie = await run_in_threadpool(_used, place, key)
    except Refused as refused:
        return page(place, request, refused.page())
    response = RedirectResponse("/board", status_code=SEE_OTHER)
    access.sign_in(place, response, cookie)
    return response


@router.post("/out")
async def leave(request: Request) -> Response:
    """Sign out here, or everywhere."""
    place = house(request)
    try:
        who = access.needs_role(request)
        form = await read_form(request)
        access.check_form(who, form)
    except Refused as refused:
        return page(place, request, refused.page())
    only = None if form.get("everywhere") else who.sign_in
    with place.inst.journal.write() as session:
        sign_ins.end(session, who.visitor.person, now=who.visitor.now, only=only)
    response = page(place, request, Page("sign_in.html", {"step": "left"}))
    access.sign_out(place, response)
    return response


def page(place: House, request: Request, made: Page) -> Response:
    """A page in the language of who is signed in, else in the browser's."""
    visitor = made.view.get("visitor")
    wanted = accepted(request.headers.get("accept-language", "")) or SOURCE
    language = visitor.language if visitor else wanted
    template = place.pages[language].get_template(made.template)
    html = template.render(made.view, languages=(language,))
    return HTMLResponse(html, status_code=made.status)


def _send(place: House, person: Person) -> None:
    if not send_link(place.inst, place.plans.current(), person):
        log.error("no channel of %s took the link to sign in", person.id)


def _link_page(place: House, key: str) -> Page:
    now = place.inst.clock.now()
    with place.inst.journal.read() as session:
        row = sign_ins.of_link(session, key)
    if row is None or not sign_ins.usable(row, now):
        raise _over()
    visitor = visitor_of(place.plans.current(), row.person, now)
    return Page("sign_in.html", {"step": "use", "visitor": visitor})


def _used(place: House, key: str) -> str:
    now = place.inst.clock.now()
    with place.inst.journal.write() as session:
        cookie = sign_ins.use(session, key, now=now)
    if cookie is None:
        raise _over()
    return cookie


def _over() -> Refused:
    return Refused(
        410,
        phrase("This link to sign in is used, over or not genuine"),
        phrase("Ask for a new one at {address}: it comes to your phone.", address="/in"),
    )
