"""The paper plan of who is signed in: to print before the day without a network (D17).

Each that is fetched is in the journal: Kitart knows from when a person's paper is.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from kitart.gateway import access
from kitart.gateway.house import House, house
from kitart.gateway.standing import answered
from kitart.gateway.visits import Page, Visitor
from kitart.journal import contact_tests, offline_copies
from kitart.language import spoken
from kitart.reports.paper import printing
from kitart.reports.pdf import PdfNotMade

router = APIRouter(include_in_schema=False)


@router.get("/paper")
async def show_page(request: Request) -> Response:
    """What there is to print for the signed-in person's role."""
    place = house(request)

    def make() -> Page:
        return _page(place, access.needs_role(request, *printing.ROLES).visitor)

    return await answered(place, request, make)


@router.get("/paper.html")
async def as_html(request: Request) -> Response:
    """The role's paper plan as a page that the browser prints."""
    place = house(request)

    def make() -> Response:
        visitor = access.needs_role(request, *printing.ROLES).visitor
        language = _language(request, visitor)
        html = _html(place, visitor, language)
        _note(place, visitor, "html", language)
        return HTMLResponse(html)

    return await answered(place, request, make)


@router.get("/paper.pdf")
async def as_pdf(request: Request) -> Response:
    """The role's paper plan as a PDF; a page that says why where none can be made."""
    place = house(request)

    def make() -> Page | Response:
        visitor = access.needs_role(request, *printing.ROLES).visitor
        language = _language(request, visitor)
        try:
            content = printing.as_pdf(
                _html(place, visitor, language), visitor.plan, printed_at=visitor.now,
                templates_dir=place.inst.settings.templates_dir,
            )  # fmt: skip
        except PdfNotMade as trouble:
            return _page(place, visitor, why=str(trouble))
        _note(place, visitor, "pdf", language)
        name = printing.file_name(visitor.plan, visitor.role, language, "pdf")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/pdf", headers=headers)

    return await answered(place, request, make)


def _page(place: House, visitor: Visitor, *, why: str = "") -> Page:
    """What there is to print, and from when the visitor's last print is; ``why`` no PDF is made."""
    with place.inst.journal.read() as session:
        copy = offline_copies.of_person(session, visitor.plan, visitor.person)
    return Page("paper.html", {"visitor": visitor, "copy": copy, "why": why}, 503 if why else 200)


def _note(place: House, visitor: Visitor, form: str, language: str) -> None:
    with place.inst.journal.write() as session:
        offline_copies.note(
            session, visitor.plan, "plan", form, language, visitor.person, role=visitor.role,
            person=visitor.person, now=visitor.now,
        )  # fmt: skip


def _language(request: Request, visitor: Visitor) -> str:
    return spoken(request.query_params.get("language") or visitor.language)


def _html(place: House, visitor: Visitor, language: str) -> str:
    with place.inst.journal.read() as session:
        tested = contact_tests.verified(session)
    return printing.as_html(
        visitor.plan, visitor.role, language, printed_at=visitor.now,
        verified=printing.verified_days(visitor.plan, tested),
        templates_dir=place.inst.settings.templates_dir,
    )  # fmt: skip
