"""The addresses of the pages on which people write for the reports of an incident."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from kitart.gateway import access, write_up
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.record_page import taken
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page
from kitart.journal.write_up import MAY_WRITE_UP

router = APIRouter(include_in_schema=False)


@router.get("/incident/{number}/write-up")
def show_write_up(number: str, request: Request, about: str = "") -> Response:
    """What was written for the reports so far, and the way to write more."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE_UP)
        return write_up.overview(place, number, who.visitor, about)

    return shown(request, make)


@router.post("/incident/{number}/write-up/complete")
async def complete(number: str, request: Request) -> Response:
    """All is written: the reports may be drafted."""
    return await taken(
        request,
        f"{number}/write-up",
        lambda place, who, _: write_up.take_complete(place, number, who.visitor),
        MAY_WRITE_UP,
    )


@router.get("/incident/{number}/write-up/action")
def show_new_action(number: str, request: Request) -> Response:
    """The form for a new corrective action."""
    return _action_form(number, None, request)


@router.post("/incident/{number}/write-up/action")
async def add_action(number: str, request: Request) -> Response:
    """Record a new corrective action."""
    return await _take_action(number, None, request)


@router.get("/incident/{number}/write-up/action/{action}")
def show_action(number: str, action: int, request: Request) -> Response:
    """The form to change or complete a corrective action."""
    return _action_form(number, action, request)


@router.post("/incident/{number}/write-up/action/{action}")
async def change_action(number: str, action: int, request: Request) -> Response:
    """Record what became of a corrective action."""
    return await _take_action(number, action, request)


@router.get("/incident/{number}/write-up/{section}/{about}")
def show_section(number: str, section: str, about: str, request: Request) -> Response:
    """The form of one section, about one client or about all."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE_UP)
        return write_up.section_form(place, number, section, about, who.visitor)

    return shown(request, make)


@router.post("/incident/{number}/write-up/{section}/{about}")
async def write_section(number: str, section: str, about: str, request: Request) -> Response:
    """Record what was written in a section."""
    return await taken(
        request,
        f"{number}/write-up?about={quote(about)}#{quote(section)}",
        lambda place, who, form: write_up.take_section(
            place, number, section, about, who.visitor, form
        ),
        MAY_WRITE_UP,
    )


def _action_form(number: str, action: int | None, request: Request) -> Response:
    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE_UP)
        return write_up.action_form(place, number, action, who.visitor)

    return shown(request, make)


async def _take_action(number: str, action: int | None, request: Request) -> Response:
    return await taken(
        request,
        f"{number}/write-up#actions",
        lambda place, who, form: write_up.take_action(place, number, action, who.visitor, form),
        MAY_WRITE_UP,
    )
