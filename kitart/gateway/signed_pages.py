"""Pages for who is signed in: their headers, their language, and the way to the sign-in page."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import DBAPIError, TimeoutError

from kitart.gateway import access
from kitart.gateway.access import SignedIn
from kitart.gateway.house import House, house
from kitart.gateway.visits import Page, Refused
from kitart.language import SOURCE, accepted, phrase

log = logging.getLogger(__name__)
# Stricter than the pages behind links, which carry their style in themselves.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
}
UNAUTHORIZED = 401
JOURNAL_AWAY = (DBAPIError, TimeoutError)


def shown(request: Request, make: Callable[[House, SignedIn], Page | Response]) -> Response:
    """The page for who is signed in, or why there is none: 401 leads to the sign-in page."""
    place = house(request)
    try:
        who = access.needs_role(request)
        made = make(place, who)
        return made if isinstance(made, Response) else render(place, request, made, who)
    except Refused as refused:
        return render(place, request, refused.page(), None)
    except JOURNAL_AWAY as error:
        log.error("a page for who is signed in can't be shown", exc_info=error)
        away = Refused(
            503,
            phrase("This page can't be shown at this moment"),
            phrase("The journal can't be read. Try again in a few seconds."),
        )
        return render(place, request, away.page(), None)


def render(place: House, request: Request, page: Page, who: SignedIn | None) -> Response:
    """The page in the language of who is signed in, else in the browser's."""
    wanted = accepted(request.headers.get("accept-language", "")) or SOURCE
    language = who.visitor.language if who else wanted
    view = {"signed_in": who} | page.view
    if page.status == UNAUTHORIZED:
        view["sign_in"] = True
    html = place.pages[language].get_template(page.template).render(view, languages=(language,))
    return HTMLResponse(html, status_code=page.status, headers=HEADERS if who else None)
