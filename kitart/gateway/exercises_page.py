"""The addresses of the pages about exercises."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from kitart.gateway import access, exercise_findings, exercises, write_up
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.record_page import taken_to
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page
from kitart.gateway.write_up import ALL
from kitart.journal.write_up import MAY_WRITE_UP

router = APIRouter(include_in_schema=False)


@router.get("/exercises")
def show_programme(request: Request) -> Response:
    """The programme and all exercises. Changes nothing."""
    return shown(request, lambda place, who: exercises.programme(place, who.visitor))


@router.get("/exercise/{number}")
def show_exercise(number: str, request: Request) -> Response:
    """One exercise, with the way to write it up. Changes nothing."""
    return shown(request, lambda place, who: exercises.exercise(place, number, who.visitor))


@router.post("/exercise/{number}/complete")
async def complete(number: str, request: Request) -> Response:
    """All is written: the record may be drafted."""
    return await taken_to(
        request,
        f"/exercise/{number}",
        lambda place, who, _: write_up.take_complete(place, number, who.visitor),
        MAY_WRITE_UP,
    )


@router.get("/exercise/{number}/finding")
def show_new_finding(number: str, request: Request) -> Response:
    """The form for a new finding."""
    return _finding_form(number, None, request)


@router.post("/exercise/{number}/finding")
async def add_finding(number: str, request: Request) -> Response:
    """Record a new finding."""
    return await _take_finding(number, None, request)


@router.get("/exercise/{number}/finding/{finding}")
def show_finding(number: str, finding: int, request: Request) -> Response:
    """The form to confirm or change a finding."""
    return _finding_form(number, finding, request)


@router.post("/exercise/{number}/finding/{finding}")
async def change_finding(number: str, finding: int, request: Request) -> Response:
    """Record what becomes of a finding."""
    return await _take_finding(number, finding, request)


@router.get("/exercise/{number}/action")
def show_new_action(number: str, request: Request, finding: int = 0) -> Response:
    """The form for a new corrective action; with ``finding`` it begins with that one's words."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE_UP)
        words = exercise_findings.suggested(place, number, finding, who.visitor)
        return write_up.action_form(place, number, None, who.visitor, suggested=words)

    return shown(request, make)


@router.post("/exercise/{number}/action")
async def add_action(number: str, request: Request) -> Response:
    """Record a new corrective action."""
    return await _take_action(number, None, request)


@router.get("/exercise/{number}/action/{action}")
def show_action(number: str, action: int, request: Request) -> Response:
    """The form to change or complete a corrective action."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE_UP)
        return write_up.action_form(place, number, action, who.visitor)

    return shown(request, make)


@router.post("/exercise/{number}/action/{action}")
async def change_action(number: str, action: int, request: Request) -> Response:
    """Record what became of a corrective action."""
    return await _take_action(number, action, request)


@router.get("/exercise/{number}/write/{section}")
def show_section(number: str, section: str, request: Request) -> Response:
    """The form of one section."""

    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE_UP)
        return write_up.section_form(place, number, section, ALL, who.visitor)

    return shown(request, make)


@router.post("/exercise/{number}/write/{section}")
async def write_section(number: str, section: str, request: Request) -> Response:
    """Record what was written in a section."""
    return await taken_to(
        request,
        f"/exercise/{number}#written",
        lambda place, who, form: write_up.take_section(
            place, number, section, ALL, who.visitor, form
        ),
        MAY_WRITE_UP,
    )


def _finding_form(number: str, finding: int | None, request: Request) -> Response:
    def make(place: House, who: SignedIn) -> Page:
        access.needs_role(request, *MAY_WRITE_UP)
        return exercise_findings.finding_form(place, number, finding, who.visitor)

    return shown(request, make)


async def _take_finding(number: str, finding: int | None, request: Request) -> Response:
    return await taken_to(
        request,
        f"/exercise/{number}#findings",
        lambda place, who, form: exercise_findings.take_finding(
            place, number, finding, who.visitor, form
        ),
        MAY_WRITE_UP,
    )


async def _take_action(number: str, action: int | None, request: Request) -> Response:
    return await taken_to(
        request,
        f"/exercise/{number}#actions",
        lambda place, who, form: write_up.take_action(place, number, action, who.visitor, form),
        MAY_WRITE_UP,
    )
