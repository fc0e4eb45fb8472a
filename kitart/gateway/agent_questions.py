"""The links that agents get: a call for cover, the roll-call. GET shows, POST decides."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from kitart.gateway import cover_page, roll_call_page
from kitart.gateway.house import house
from kitart.gateway.links import Reader, opened_link, shown, taken
from kitart.gateway.visits import Page

router = APIRouter(include_in_schema=False)


@router.api_route("/c/{token}", methods=["GET", "HEAD"])
def show_call(token: str, request: Request) -> Response:
    """Show what seat is to be taken by when, or what was answered. Changes nothing."""
    place = house(request)
    reader = Reader(place, request, "cover", token)
    return shown(reader, lambda: cover_page.show(place, opened_link(place, "cover", token)))


@router.post("/c/{token}")
async def answer_call(token: str, request: Request) -> Response:
    """Record yes, later, no, or "I can't after all"."""
    place = house(request)

    def take(form: dict[str, str]) -> Page | None:
        link = opened_link(place, "cover", token)
        return cover_page.answer(place, link, form.get("answer", ""))

    return await taken(Reader(place, request, "cover", token), take)


@router.api_route("/r/{token}", methods=["GET", "HEAD"])
def show_roll_call(token: str, request: Request) -> Response:
    """Ask "are you safe, can you work?", or show what was answered. Changes nothing."""
    place = house(request)
    reader = Reader(place, request, "roll-call", token)
    return shown(reader, lambda: roll_call_page.show(place, opened_link(place, "roll-call", token)))


@router.post("/r/{token}")
async def answer_roll_call(token: str, request: Request) -> Response:
    """Record the answer, and then what happened."""
    place = house(request)

    def take(form: dict[str, str]) -> Page | None:
        return roll_call_page.answer(place, opened_link(place, "roll-call", token), form)

    return await taken(Reader(place, request, "roll-call", token), take)
