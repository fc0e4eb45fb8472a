"""The addresses of the forms that add to a record by hand: a late entry, figures, a
correction (E39, D3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access, figures, recording, stop_word
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.legal_forms import MAY_RECORD
from kitart.gateway.links import read_form
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page, Refused
from kitart.journal.late_entries import MAY_WRITE
from kitart.plan.values import PersonKind

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
EVERYBODY = get_args(PersonKind)
MAY_CORRECT = tuple(dict.fromkeys((*MAY_WRITE, *MAY_RECORD)))
"""Which entries each of them may correct, ``recording`` knows."""


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
    return await taken(
        request,
        f"{number}#timeline",
        lambda place, who, form: recording.enter(place, number, who.visitor, form),
        MAY_WRITE,
    )


@router.get("/incident/{number}/figures")
def the_figures(number: str, request: Request) -> Response:
    """The form for figures that people counted."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE)
        return figures.figures_form(place, number, who.visitor, {})

    return shown(request, make)


@router.post("/incident/{number}/figures")
async def enter_figures(number: str, request: Request) -> Response:
    """Record figures, then back to the incident's page."""
    return await taken(
        request,
        f"{number}#timeline",
        lambda place, who, form: figures.enter(place, number, who.visitor, form),
    )


@router.get("/incident/{number}/correct/{seq}")
def correction(number: str, seq: int, request: Request) -> Response:
    """The form to correct one entry."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_CORRECT)
        return recording.correction_form(place, number, seq, who.visitor, None)

    return shown(request, make)


@router.post("/incident/{number}/correct/{seq}")
async def correct(number: str, seq: int, request: Request) -> Response:
    """Record a correction, then back to the incident's page, at the entry."""
    return await taken(
        request,
        f"{number}#e{seq}",
        lambda place, who, form: recording.correct(place, number, seq, who.visitor, form),
        MAY_CORRECT,
    )


@router.post("/incident/{number}/stop-exercise")
async def stop_exercise(number: str, request: Request) -> Response:
    """Stop the exercise that this incident is, or is part of; then back to its page (D4, E40)."""

    def stop(place: House, who: SignedIn, _form: dict[str, str]) -> None:
        stop_word.by_person(place, number, who.visitor.person, "signed in")

    return await taken(request, number, stop, EVERYBODY)


async def taken(
    request: Request,
    back_to: str,
    take: Callable[[House, SignedIn, dict[str, str]], Page | None],
    roles: Sequence[str] = MAY_WRITE,
) -> Response:
    """Hand the form of a role holder to ``take``: the page that it makes, else back to the
    incident's address ``back_to``. Raises nothing: what is refused is a page too."""
    return await taken_to(request, f"/incident/{back_to}", take, roles)


async def taken_to(
    request: Request,
    address: str,
    take: Callable[[House, SignedIn, dict[str, str]], Page | None],
    roles: Sequence[str] = MAY_WRITE,
) -> Response:
    """As ``taken``, with the whole address to go to once the form was taken."""
    try:
        form = await read_form(request)
    except Refused as refused:
        answer = refused
        return shown(request, lambda *_: answer.page())

    def make(place: House, who: SignedIn) -> Page | Response:
        access.needs_role(request, *roles)
        access.check_form(who, form)
        page = take(place, who, form)
        if page is not None:
            return page
        return RedirectResponse(address, status_code=SEE_OTHER)

    return await run_in_threadpool(shown, request, make)
