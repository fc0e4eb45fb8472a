"""The board's addresses: the page, its part that changes, and the news that it has changed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access, telling_time
from kitart.gateway.access import SignedIn
from kitart.gateway.board import board
from kitart.gateway.house import House, house
from kitart.gateway.live import BOARD
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page
from kitart.journal.reviews import MAY_REVIEW

router = APIRouter(include_in_schema=False)
NO_PLACE = 503
AGAIN_AFTER_S = "15"


@router.get("/board")
def show_board(request: Request) -> Response:
    """Every open incident, for whoever holds a role. Changes nothing."""
    return shown(
        request,
        lambda place, who: Page(
            "board.html", _view(place, who) | {"may_review": who.visitor.role in MAY_REVIEW}
        ),
    )


@router.get("/board/part")
def show_part(request: Request) -> Response:
    """The part of the board that changes, to be put into an open page."""
    with house(request).live.pace.page(BOARD):
        return shown(request, lambda place, who: Page("_board_part.html", _view(place, who)))


@router.get("/board/news")
async def news(request: Request) -> Response:
    """Server-sent events while the sign-in lasts: ``pulse`` when the board says something new."""
    return await news_of(request, None)


async def news_of(request: Request, number: str | None) -> Response:
    """The stream for an incident's page, or for the board; 503 where there is no place for it."""
    who = await run_in_threadpool(access.signed_in, request)
    if who is None:
        return Response(status_code=401)
    live = house(request).live
    if not live.room_for(who.visitor.person):
        return PlainTextResponse(
            "as many pages are kept up to date as can be: look again now and then\n",
            status_code=NO_PLACE, headers={"Retry-After": AGAIN_AFTER_S},
        )  # fmt: skip
    return StreamingResponse(
        live.news(who.visitor.person, lambda: access.signed_in(request) is not None, number),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


def running_words(place: House, who: SignedIn) -> dict[str, Any]:
    """What the script needs to let times run on: the plan's time, its speed, and the words."""
    return {
        "now": who.visitor.now.isoformat(),
        "speed": place.inst.settings.clock_speed,
        "words": {name: who.visitor.read(said) for name, said in telling_time.WORDS.items()},
    }


def _view(place: House, who: SignedIn) -> dict[str, Any]:
    return {
        "visitor": who.visitor,
        "board": board(place, who.visitor),
        "running": running_words(place, who),
    }
