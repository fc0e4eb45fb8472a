"""Alerts from monitoring: 202 as soon as the journal has them, the first page right after."""

from __future__ import annotations

import hmac
import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from kitart.alerts.intake import Accepted, UnreadablePost, accept, keep_unreadable, summary
from kitart.alerts.readers import READERS
from kitart.gateway.body import BodyTooLarge, read_body
from kitart.gateway.house import House, house
from kitart.plan.schema import Plan

log = logging.getLogger(__name__)
router = APIRouter()


@router.post("/webhooks/{source}", status_code=202)
async def receive(source: str, request: Request) -> JSONResponse:
    """Take one post of a monitoring source.

    The source proves itself by its secret: ``Authorization: Bearer …`` or ``X-Kitart-Secret``.
    """
    place = house(request)
    # In a thread: an edited plan takes a while to read, and calls must go on being answered.
    plan = await run_in_threadpool(place.plans.current)
    kind = _kind(plan, source)
    if kind is None:
        return _answer(404, f"source {source!r} is not known; configured: {_sources(plan)}")
    secret = place.inst.settings.webhook_secrets.get(source)
    if secret is None or not secret.get_secret_value():
        return _answer(503, f"source {source!r} has no secret in KITART_WEBHOOK_SECRETS yet")
    if not hmac.compare_digest(_given(request), secret.get_secret_value().encode()):
        log.warning("a post to /webhooks/%s with a wrong secret was refused", source)
        return _answer(401, "the secret is missing or wrong: send Authorization: Bearer <secret>")
    try:
        raw = await read_body(request)
    except BodyTooLarge as error:
        await run_in_threadpool(_keep, place, source, error)
        return _answer(413, f"{error}: its beginning was kept; send fewer alerts in one post")
    try:
        accepted = await run_in_threadpool(_accept, place, plan, source, kind, raw)
    except UnreadablePost as error:
        return _answer(422, f"the post was kept but can't be read: {error}")
    for number in accepted.opened:
        place.watchman.opened(number)
    return JSONResponse(summary(accepted), status_code=202)


def _accept(place: House, plan: Plan, source: str, kind: str, raw: bytes) -> Accepted:
    return accept(place.inst.journal, plan, source, kind, raw, now=place.inst.clock.now())


def _keep(place: House, source: str, error: BodyTooLarge) -> None:
    now = place.inst.clock.now()
    keep_unreadable(place.inst.journal, source, error.beginning, str(error), now=now)


def _kind(plan: Plan, source: str) -> str | None:
    """How the source's posts are read, by its name in the plan (or the reader's own)."""
    named = {s.name: s.kind for s in plan.monitoring.sources}
    kind = named.get(source, "").removesuffix("_unified")
    return kind if kind in READERS else None


def _sources(plan: Plan) -> str:
    return ", ".join(sorted(s.name for s in plan.monitoring.sources)) or "none"


def _given(request: Request) -> bytes:
    """The secret as it came: the server reads a header's bytes as Latin-1, whatever they are."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else ""
    return (given or request.headers.get("x-kitart-secret", "")).encode("latin-1")


def _answer(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status)
