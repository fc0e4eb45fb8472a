"""The addresses of the forms that add to a record by hand: a late entry, a correction (E39)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access, recording
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.links import read_form
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page, Refused
from kitart.journal.late_entries import MAY_WRITE

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303


@router.get("/incident/{number}/late")
def late(number: str, request: Request) -> Response:
    """The form for a late entry."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE)
        return recording.late_form(place, number, who.visitor, {})

    return shown(request, make)


@router.post("/incident/{number}/late")
async def enter_late(number: str, request: Request) -> Response:
    """Record a late entry, then back to the incident's page."""
    return await _taken(
        request,
        f"{number}#timeline",
        lambda place, who, form: recording.enter(place, number, who.visitor, form),
    )


@router.get("/incident/{number}/correct/{seq}")
def correction(number: str, seq: int, request: Request) -> Response:
    """The form to correct one entry."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE)
        return recording.correction_form(place, number, seq, who.visitor, None)

    return shown(request, make)


@router.post("/incident/{number}/correct/{seq}")
async def correct(number: str, seq: int, request: Request) -> Response:
    """Record a correction, then back to the incident's page, at the entry."""
    return await _taken(
        request,
        f"{number}#e{seq}",
        lambda place, who, form: recording.correct(place, number, seq, who.visitor, form),
    )


async def _taken(
    request: Request,
    back_to: str,
    take: Callable[[House, SignedIn, dict[str, str]], Page | None],
) -> Response:
    try:
        form = await read_form(request)
    except Refused as refused:
        answer = refused
        return shown(request, lambda *_: answer.page())

    def make(place: House, who: SignedIn) -> Page | Response:
        access.needs_role(request, *MAY_WRITE)
        access.check_form(who, form)
        page = take(place, who, form)
        if page is not None:
            return page
        return RedirectResponse(f"/incident/{back_to}", status_code=SEE_OTHER)

    return await run_in_threadpool(shown, request, make)
