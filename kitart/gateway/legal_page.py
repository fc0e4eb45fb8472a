"""The addresses of an incident's legal clocks and of the forms that add to them (reports §5)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access, legal, legal_forms
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.links import read_form
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page, Refused

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303


@router.get("/incident/{number}/legal")
def show(number: str, request: Request) -> Response:
    """What is recorded and which clocks run, for whoever holds a role. Changes nothing."""
    return shown(request, lambda place, who: legal.legal_page(place, number, who.visitor))


@router.get("/incident/{number}/legal/{what}")
def form(number: str, what: str, request: Request) -> Response:
    """The form for one kind of word."""
    return shown(
        request, lambda place, who: legal_forms.form_page(place, number, what, who.visitor, {})
    )


@router.post("/incident/{number}/legal/{what}")
async def take(number: str, what: str, request: Request) -> Response:
    """Record it, then back to the page of the clocks."""
    try:
        form = await read_form(request)
    except Refused as refused:
        answer = refused
        return shown(request, lambda *_: answer.page())

    def make(place: House, who: SignedIn) -> Page | Response:
        access.check_form(who, form)
        page = legal_forms.take(place, number, what, who.visitor, form)
        if page is not None:
            return page
        return RedirectResponse(f"/incident/{number}/legal", status_code=SEE_OTHER)

    return await run_in_threadpool(shown, request, make)
