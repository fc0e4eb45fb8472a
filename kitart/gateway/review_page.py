"""The addresses of the plan's review: its page, its record to read and print (R51)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access, review
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.links import SEE_OTHER, read_form
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page, Refused
from kitart.journal import reviews
from kitart.journal.reviews import MAY_REVIEW
from kitart.language import phrase, spoken
from kitart.messaging import review_record
from kitart.reports.letterhead import letterhead_of
from kitart.reports.pdf import PdfNotMade, pdf_of
from kitart.reports.rendering import Document

router = APIRouter(include_in_schema=False)
MOST_FIELDS = 60


@router.get("/review")
def show_review(request: Request) -> Response:
    """The review that is open, or the last one. Changes nothing."""

    def make(place: House, _: SignedIn) -> Page:
        return review.show(place, access.needs_role(request, *MAY_REVIEW))

    return shown(request, make)


@router.get("/review/record.html")
def as_html(request: Request) -> Response:
    """The record as it stands, as a page."""
    return _record(request, lambda place, made: HTMLResponse(made.html))


@router.get("/review/record.pdf")
def as_pdf(request: Request) -> Response:
    """The record as it stands, as a PDF; a page that says why where none can be made."""

    def make(place: House, made: Document) -> Response:
        plan = place.plans.current()
        try:
            content = pdf_of(
                made.html, place.inst.clock.now(), letterhead=letterhead_of(plan, "internal"),
                company=plan.company.name, templates_dir=place.inst.settings.templates_dir,
            )  # fmt: skip
        except PdfNotMade as trouble:
            raise Refused(
                503, phrase("No PDF can be made here"),
                phrase("Print the page instead: {address}. {why}", address="/review/record.html",
                       why=str(trouble)),
            ) from trouble  # fmt: skip
        name = made.file_name.removesuffix(".html") + ".pdf"
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(content, media_type="application/pdf", headers=headers)

    return _record(request, make)


@router.post("/review/{part}")
async def take_review(part: str, request: Request) -> Response:
    """Record what a form of the page says, then back to the page."""
    try:
        form = await read_form(request, MOST_FIELDS)
    except Refused as refused:
        answer = refused
        return shown(request, lambda *_: answer.page())

    def make(place: House, _: SignedIn) -> Page | Response:
        who = access.needs_role(request, *MAY_REVIEW)
        access.check_form(who, form)
        page = review.take(place, who, part, form)
        return page or RedirectResponse(f"/review#{part}", status_code=SEE_OTHER)

    return await run_in_threadpool(shown, request, make)


def _record(request: Request, make: Callable[[House, Document], Response]) -> Response:
    def made(place: House, _: SignedIn) -> Response:
        who = access.needs_role(request, *MAY_REVIEW)
        language = spoken(request.query_params.get("language") or who.visitor.language)
        with place.inst.journal.read() as session:
            row = reviews.open_one(session) or reviews.newest(session)
            if row is None:
                raise Refused(
                    404, phrase("There is no review yet"), phrase("Begin one on the page /review.")
                )
            document = review_record.make(
                place.inst, session, row.number, language, place.inst.clock.now(),
                status="draft" if row.closed_at is None else "approved",
            )  # fmt: skip
        return make(place, document)

    return shown(request, made)
