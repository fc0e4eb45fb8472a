"""The addresses of the ledger of corrective actions."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access, actions
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.links import SEE_OTHER, read_form
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page, Refused

router = APIRouter(include_in_schema=False)


@router.get("/actions")
def show_ledger(request: Request) -> Response:
    """The corrective actions, the overdue first. Changes nothing."""
    return shown(request, lambda place, who: actions.ledger(place, who.visitor))


@router.get("/actions/{number}/{action}")
def show_action(number: str, action: str, request: Request) -> Response:
    """One corrective action, with what may be said of it. Changes nothing."""
    return shown(request, lambda place, who: actions.one(place, f"{number}/{action}", who.visitor))


@router.post("/actions/{number}/{action}")
async def take_action(number: str, action: str, request: Request) -> Response:
    """Record that it is done, or whether it works; then back to the ledger."""
    try:
        form = await read_form(request)
    except Refused as refused:
        answer = refused
        return shown(request, lambda *_: answer.page())

    def make(place: House, who: SignedIn) -> Page | Response:
        access.check_form(who, form)
        page = actions.take(place, f"{number}/{action}", who.visitor, form)
        return page or RedirectResponse("/actions", status_code=SEE_OTHER)

    return await run_in_threadpool(shown, request, make)
