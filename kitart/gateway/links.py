"""The pages behind links: GET shows, POST decides, for one person and one question.

An answer that was taken is shown by a redirect to the same link, so that reloading asks nothing
twice. Mail scanners open links: a GET or HEAD writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import DBAPIError, TimeoutError
from starlette.concurrency import run_in_threadpool

from kitart.gateway import access, acknowledging, deciding, stop_word
from kitart.gateway.body import BodyTooLarge, clean, read_body
from kitart.gateway.house import House, house
from kitart.gateway.visits import Page, Refused
from kitart.journal import sign_ins
from kitart.language import LANGUAGES, Phrase, accepted, phrase, spoken
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
    reader = Reader(place, request, "ack", token)
    return shown(reader, lambda: acknowledging.show(place, opened_link(place, "ack", token)))


@router.post("/a/{token}")
async def answer_ack(token: str, request: Request) -> Response:
    """Record "I have it" or "I can't"."""
    place = house(request)

    def take(form: dict[str, str]) -> Page | None:
        link = opened_link(place, "ack", token)
        if form.get("answer") == stop_word.BUTTON:
            return stop_word.by_person(place, link.subject.partition("/")[0], link.person, "a link")
        return acknowledging.answer(place, link, form.get("answer", ""))

    return await taken(Reader(place, request, "ack", token), take)


@router.api_route("/d/{token}", methods=["GET", "HEAD"])
def show_decision(token: str, request: Request) -> Response:
    """Show one question with what is known. Changes nothing."""
    place = house(request)
    reader = Reader(place, request, "decide", token)
    return shown(reader, lambda: deciding.show(place, opened_link(place, "decide", token)))


@router.api_route("/d/{token}/draft", methods=["GET", "HEAD"])
def show_draft(token: str, request: Request) -> Response:
    """Show the report that a question is about on a page of its own. Changes nothing."""
    place = house(request)
    try:
        html = deciding.draft(place, opened_link(place, "decide", token))
    except Refused as refused:
        return Reader(place, request, "decide", token).page(refused.page())
    return HTMLResponse(html, headers=DRAFT_HEADERS)


@router.post("/d/{token}")
async def answer_decision(token: str, request: Request) -> Response:
    """Record a decision; the first valid one wins, every other is kept and answered politely."""
    place = house(request)

    def take(form: dict[str, str]) -> Page | None:
        link = opened_link(place, "decide", token)
        if form.get("answer") == stop_word.BUTTON:
            incident = deciding.incident_of(place, link)
            return stop_word.by_person(place, incident, link.person, "a link")
        return deciding.answer(place, link, form.get("answer", ""), form.get("note", ""))

    return await taken(Reader(place, request, "decide", token), take)


def opened_link(place: House, purpose: Purpose, token: str) -> Link:
    """The link behind a token; raises ``Refused`` for one that is forged, ended or too old."""
    try:
        link = links.read(place.inst.settings, purpose, token, now=place.inst.clock.now())
    except LinkError as error:
        status = 410 if isinstance(error, LinkExpired) else 403
        raise Refused(status, error.what_is_so, error.what_helps) from error
    with place.inst.journal.read() as session:
        ended_at = sign_ins.ended_at(session, link.person)
    if ended_at is not None and link.made_at < ended_at:
        raise Refused(
            410,
            phrase("This link was ended"),
            phrase("A newer message holds a newer link. No newer one? Phone the operator."),
        )
    return link


@dataclass(frozen=True)
class Reader:
    """Who looks at a page, as far as the request tells."""

    place: House
    request: Request
    purpose: Purpose
    token: str

    def page(self, page: Page) -> Response:
        """The page in the reader's language; a word of refusal in each that it may be."""
        visitor = page.view.get("visitor")
        languages = (visitor.language,) if visitor else self._languages()
        template = self.place.pages[languages[0]].get_template(page.template)
        to_board = access.cookie_name(self.place) in self.request.cookies
        html = template.render(page.view, token=self.token, languages=languages, to_board=to_board)
        return HTMLResponse(html, status_code=page.status)

    def _languages(self) -> tuple[str, ...]:
        """The person's language by the link, else the browser's, else all there are."""
        settings, now = self.place.inst.settings, self.place.inst.clock.now()
        try:
            code = links.read(settings, self.purpose, self.token, now=now).person
        except LinkExpired as expired:
            code = expired.person
        except LinkError:
            code = ""
        plan = self.place.plans.current()
        person = next((p for p in plan.people if p.id == code), None)
        agent = next((a for a in plan.agents if a.id == code), None)
        if person is not None:
            return (spoken(person.language),)
        if agent is not None:
            return (spoken(agent.best_language(LANGUAGES) or ""),)
        wanted = accepted(self.request.headers.get("accept-language", ""))
        return (wanted,) if wanted else LANGUAGES


def shown(reader: Reader, make: Callable[[], Page]) -> Response:
    """The page that ``make`` makes, or one that says why it can't be shown."""
    try:
        return reader.page(make())
    except Refused as refused:
        return reader.page(refused.page())
    except JOURNAL_AWAY as error:
        log.error("a page behind a link can't be shown", exc_info=error)
        return reader.page(_away(phrase("This page can't be shown at this moment")).page())


async def taken(reader: Reader, take: Callable[[dict[str, str]], Page | None]) -> Response:
    """Hand the form to ``take``: the page that it makes, else the link's own page again."""
    try:
        page = await run_in_threadpool(take, await read_form(reader.request))
    except Refused as refused:
        page = refused.page()
    except JOURNAL_AWAY as error:
        log.error("an answer by link can't be recorded", exc_info=error)
        page = _away(phrase("Your answer can't be recorded at this moment")).page()
    if page is None:
        return RedirectResponse(f"./{reader.token}", status_code=SEE_OTHER)
    return reader.page(page)


def _away(what_is_so: Phrase) -> Refused:
    return Refused(
        503,
        what_is_so,
        phrase(
            "Nothing has been decided. Go back and try again in a few seconds; if it fails again, "
            "phone the ERT."
        ),
    )


async def read_form(request: Request, most: int = 20) -> dict[str, str]:
    """The form's fields, the last of each name, cleaned of what nobody typed; none of a form with
    more than ``most``."""
    try:
        body = (await read_body(request)).decode("utf-8", "replace")
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=most)
    except BodyTooLarge as error:
        raise Refused(
            413,
            phrase("That was too much to take in"),
            phrase("Nothing has been decided. Write fewer words."),
        ) from error
    except ValueError:
        return {}  # more fields than any page of ours has: no answer can be read from it
    return {name: clean(values[-1]) for name, values in fields.items()}
