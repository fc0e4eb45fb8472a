"""The paper plan of who is signed in: to print before the day without a network (D17)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from kitart.gateway import access
from kitart.gateway.house import House, house
from kitart.gateway.standing import answered
from kitart.gateway.visits import Page, Visitor
from kitart.journal import contact_tests
from kitart.language import spoken
from kitart.reports.paper import printing
from kitart.reports.pdf import PdfNotMade

router = APIRouter(include_in_schema=False)


@router.get("/paper")
async def show_page(request: Request) -> Response:
    """What there is to print for the signed-in person's role."""
    place = house(request)

    def make() -> Page:
        visitor = access.needs_role(request, *printing.ROLES).visitor
        return Page("paper.html", {"visitor": visitor, "why": ""})

    return await answered(place, request, make)


@router.get("/paper.html")
async def as_html(request: Request) -> Response:
    """The role's paper plan as a page that the browser prints."""
    place = house(request)

    def make() -> Response:
        visitor = access.needs_role(request, *printing.ROLES).visitor
        return HTMLResponse(_html(place, visitor, _language(request, visitor)))

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
            return Page("paper.html", {"visitor": visitor, "why": str(trouble)}, 503)
        name = printing.file_name(visitor.plan, visitor.role, language, "pdf")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/pdf", headers=headers)

    return await answered(place, request, make)


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
