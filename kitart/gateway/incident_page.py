"""The addresses of one incident's page: the page, its part that changes, and its reports."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import escape

from kitart.gateway import legal
from kitart.gateway.access import SignedIn
from kitart.gateway.board_page import news_of, running_words
from kitart.gateway.house import House, house
from kitart.gateway.incident import document, incident
from kitart.gateway.links import DRAFT_HEADERS
from kitart.gateway.live import INCIDENT
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page, Visitor
from kitart.journal.tables import Document
from kitart.language import phrase

router = APIRouter(include_in_schema=False)


@router.get("/incident/{number}")
def show_incident(number: str, request: Request, order: str = "", whole: str = "") -> Response:
    """All of one incident, for whoever holds a role. Changes nothing."""
    return _page(number, request, order, whole, "incident.html")


@router.get("/incident/{number}/part")
def show_part(number: str, request: Request, order: str = "", whole: str = "") -> Response:
    """The part of the page that changes, to be put into an open page."""
    with house(request).live.pace.page(INCIDENT):
        return _page(number, request, order, whole, "_incident_part.html")


@router.get("/incident/{number}/news")
async def news(number: str, request: Request) -> Response:
    """Server-sent events while the sign-in lasts: ``pulse`` when the page would show something
    else."""
    return await news_of(request, number)


@router.get("/incident/{number}/report/{document_id}")
def show_report(number: str, document_id: int, request: Request) -> Response:
    """A version of a report as the client reads it: no script, no form, nothing from outside."""
    return shown(
        request,
        lambda place, who: HTMLResponse(
            _marked(*document(place, number, document_id), who.visitor), headers=DRAFT_HEADERS
        ),
    )


def _marked(row: Document, replaced: int | None, visitor: Visitor) -> str:
    """The version's page; of one that was replaced it says so above all else (D25)."""
    if replaced is None:
        return row.html
    said = phrase(
        "This is version {old}. It is superseded: version {new} has replaced it.",
        old=row.version, new=replaced,
    )  # fmt: skip
    mark = f'<p class="exercise" role="note">{escape(visitor.read(said))}</p>'
    return row.html.replace("<body>", f"<body>{mark}", 1)


def _page(number: str, request: Request, order: str, whole: str, template: str) -> Response:
    def make(place: House, who: SignedIn) -> Page:
        view: dict[str, Any] = incident(
            place, number, who.visitor, oldest_first=order == "oldest", whole=bool(whole)
        )
        asked = f"?order={'oldest' if view['oldest_first'] else 'newest'}"
        view["part_address"] = f"/incident/{number}/part{asked}{'&whole=1' if whole else ''}"
        view["news_address"] = f"/incident/{number}/news"
        view["whole"] = bool(whole)
        view["legal"] = legal.block_of(place, number, who.visitor)
        return Page(template, view | {"running": running_words(place, who)})

    return shown(request, make)
