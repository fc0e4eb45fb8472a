"""The pages behind links: GET shows, POST decides, for one person and one question.

An answer that was taken is shown by a redirect to the same link, so that reloading asks nothing
twice. Mail scanners open links: a GET or HEAD writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import DBAPIError, TimeoutError
from starlette.concurrency import run_in_threadpool

from kitart.gateway import acknowledging, deciding
from kitart.gateway.body import BodyTooLarge, clean, read_body
from kitart.gateway.house import House, house
from kitart.gateway.visits import Page, Refused
from kitart.messaging import links
from kitart.messaging.links import Link, LinkError, LinkExpired, Purpose

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

# The draft is shown as the client's mail program would: no script, no form, nothing from outside.
DRAFT_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
SEE_OTHER = 303
JOURNAL_AWAY = (DBAPIError, TimeoutError)


@router.api_route("/a/{token}", methods=["GET", "HEAD"])
def show_ack(token: str, request: Request) -> Response:
    """Show what happened and ask: do you have it? Changes nothing."""
    place = house(request)
    return _shown(place, token, lambda: acknowledging.show(place, _read(place, "ack", token)))


@router.post("/a/{token}")
async def answer_ack(token: str, request: Request) -> Response:
    """Record "I have it" or "I can't"."""
    place = house(request)

    def take(form: dict[str, str]) -> Page | None:
        return acknowledging.answer(place, _read(place, "ack", token), form.get("answer", ""))

    return await _taken(place, request, token, take)


@router.api_route("/d/{token}", methods=["GET", "HEAD"])
def show_decision(token: str, request: Request) -> Response:
    """Show one question with what is known. Changes nothing."""
    place = house(request)
    return _shown(place, token, lambda: deciding.show(place, _read(place, "decide", token)))


@router.api_route("/d/{token}/draft", methods=["GET", "HEAD"])
def show_draft(token: str, request: Request) -> Response:
    """Show the report that a question is about on a page of its own. Changes nothing."""
    place = house(request)
    try:
        html = deciding.draft(place, _read(place, "decide", token))
    except Refused as refused:
        return _page(place, token, refused.page())
    return HTMLResponse(html, headers=DRAFT_HEADERS)


@router.post("/d/{token}")
async def answer_decision(token: str, request: Request) -> Response:
    """Record a decision; the first valid one wins, every other is kept and answered politely."""
    place = house(request)

    def take(form: dict[str, str]) -> Page | None:
        link = _read(place, "decide", token)
        return deciding.answer(place, link, form.get("answer", ""), form.get("note", ""))

    return await _taken(place, request, token, take)


def _read(place: House, purpose: Purpose, token: str) -> Link:
    try:
        return links.read(place.inst.settings, purpose, token, now=place.inst.clock.now())
    except LinkError as error:
        what_is_so, _, what_helps = str(error).partition(". ")
        status = 410 if isinstance(error, LinkExpired) else 403
        raise Refused(status, what_is_so, what_helps) from error


def _shown(place: House, token: str, make: Callable[[], Page]) -> Response:
    try:
        return _page(place, token, make())
    except Refused as refused:
        return _page(place, token, refused.page())
    except JOURNAL_AWAY as error:
        log.error("a page behind a link can't be shown", exc_info=error)
        return _page(place, token, _away("This page can't be shown at this moment").page())


async def _taken(
    place: House, request: Request, token: str, take: Callable[[dict[str, str]], Page | None]
) -> Response:
    try:
        page = await run_in_threadpool(take, await _form(request))
    except Refused as refused:
        page = refused.page()
    except JOURNAL_AWAY as error:
        log.error("an answer by link can't be recorded", exc_info=error)
        page = _away("Your answer can't be recorded at this moment").page()
    if page is None:
        return RedirectResponse(f"./{token}", status_code=SEE_OTHER)
    return _page(place, token, page)


def _away(what_is_so: str) -> Refused:
    return Refused(
        503,
        what_is_so,
        "Nothing has been decided. Go back and try again in a few seconds; if it fails again, "
        "phone the ERT.",
    )


async def _form(request: Request) -> dict[str, str]:
    """The form's fields, the last of each name, cleaned of what nobody typed."""
    try:
        body = (await read_body(request)).decode("utf-8", "replace")
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=20)
    except BodyTooLarge as error:
        raise Refused(
            413, "That was too much to take in", "Nothing has been decided. Write fewer words."
        ) from error
    except ValueError:
        return {}  # more fields than any page of ours has: no answer can be read from it
    return {name: clean(values[-1]) for name, values in fields.items()}


def _page(place: House, token: str, page: Page) -> Response:
    html = place.pages.get_template(page.template).render(page.view, token=token)
    return HTMLResponse(html, status_code=page.status)
