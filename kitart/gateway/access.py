"""Who is signed in, and what they may see: without the Microsoft tenant (D20)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from fastapi import Request, Response

from kitart.gateway.house import House, house
from kitart.gateway.visits import Refused, Visitor, visitor_of
from kitart.journal import sign_ins
from kitart.journal.sign_ins import COOKIE_LIFE
from kitart.language import phrase
from kitart.plan.schema import Plan

FORM_FIELD = "form_key"


@dataclass(frozen=True)
class SignedIn:
    """A role holder who is signed in; ``form_key`` must come back with each form (CSRF)."""

    visitor: Visitor
    sign_in: int
    form_key: str


def signed_in(request: Request) -> SignedIn | None:
    """Who is signed in by the request's cookie, under the plan as configured; else ``None``."""
    place = house(request)
    cookie = request.cookies.get(cookie_name(place), "")
    if not cookie:
        return None
    now = place.inst.clock.now()
    with place.inst.journal.read() as session:
        row = sign_ins.of_cookie(session, cookie, now=now)
    plan = place.plans.current()
    if row is None or not _holds_a_role(plan, row.person):
        return None
    return SignedIn(visitor_of(plan, row.person, now), row.id, _form_key(place, cookie))


def needs_role(request: Request, *kinds: str) -> SignedIn:
    """Who is signed in; with ``kinds``, holding one of these roles.

    Raises ``Refused``: 401 for nobody, 403 for another role.
    """
    who = signed_in(request)
    if who is None:
        raise Refused(
            401,
            phrase("Please sign in first"),
            phrase("Open {address} and ask for a link to your phone.", address="/in"),
        )
    if kinds and who.visitor.role not in kinds:
        raise Refused(
            403,
            phrase("This page is for another role"),
            phrase("Ask the ERT lead if you need what it shows."),
        )
    return who


def check_form(who: SignedIn, form: dict[str, str]) -> None:
    """Raise ``Refused`` for a form that does not come from a page of ours (CSRF)."""
    given = form.get(FORM_FIELD, "").encode()
    if not hmac.compare_digest(given, who.form_key.encode()):
        raise Refused(
            403,
            phrase("This form is from another page or too old"),
            phrase("Nothing has been recorded. Load the page again and send it once more."),
        )


def sign_in(place: House, response: Response, cookie: str) -> None:
    """Have the browser keep the cookie: for us alone, never for a script or another site."""
    response.set_cookie(
        cookie_name(place), cookie, max_age=int(COOKIE_LIFE.total_seconds()), path="/",
        secure=_over_tls(place), httponly=True, samesite="lax",
    )  # fmt: skip


def sign_out(place: House, response: Response) -> None:
    """Have the browser forget it."""
    response.delete_cookie(
        cookie_name(place), path="/", secure=_over_tls(place), httponly=True, samesite="lax"
    )


def cookie_name(place: House) -> str:
    """Over TLS a name that no other host of the domain can set."""
    return "__Host-kitart" if _over_tls(place) else "kitart"


def _over_tls(place: House) -> bool:
    return place.inst.settings.gateway_url.startswith("https://")


def _form_key(place: House, cookie: str) -> str:
    key = place.inst.settings.secret_key.get_secret_value().encode()
    return hmac.new(key, b"form:" + cookie.encode(), hashlib.sha256).hexdigest()


def _holds_a_role(plan: Plan, person: str) -> bool:
    return any(each.id == person for each in plan.people)
