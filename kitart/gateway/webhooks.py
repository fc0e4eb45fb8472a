"""Alerts from monitoring: 202 as soon as the journal has them, the first page right after."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from kitart.alerts import aws_sns
from kitart.alerts.intake import Post, keep_unreadable, set_aside, summary
from kitart.alerts.readers import UnreadablePost, kind_of, known_kinds
from kitart.connectors.aws_sns import NotOfSns
from kitart.connectors.errors import ConnectorError
from kitart.gateway import webhook_proof as proof
from kitart.gateway.body import BodyTooLarge, read_body
from kitart.gateway.house import House, house
from kitart.journal import alerts
from kitart.plan.schema import MonitoringSource, Plan

log = logging.getLogger(__name__)
router = APIRouter()
WRONG = "the secret is missing or wrong: send Authorization: Bearer <secret>"


@router.post("/webhooks/{source}", status_code=202)
async def receive(source: str, request: Request) -> JSONResponse:
    """Take one post of a monitoring source.

    The source proves itself by its secret (``Authorization: Bearer …``, the password of ``Basic``,
    ``X-Kitart-Secret``, or at the end of the address) or by its tool's own signature.
    """
    return await _receive(source, "", request)


@router.post("/webhooks/{source}/{secret}", status_code=202, include_in_schema=False)
async def receive_at_a_secret_address(source: str, secret: str, request: Request) -> JSONResponse:
    """The same, for tools that can send no header."""
    return await _receive(source, secret, request)


async def _receive(name: str, in_address: str, request: Request) -> JSONResponse:
    place = house(request)
    plan = place.plans.at_hand()
    if plan is None:
        # In a thread: an edited plan takes a while to read, and calls must go on being answered.
        plan = await run_in_threadpool(place.plans.current)
    source = _source(plan, name)
    if source is None:
        return answer(404, f"source {name!r} is not known; configured: {_sources(plan)}")
    given = place.inst.settings.webhook_secrets.get(name)
    secret = given.get_secret_value() if given else ""
    if not secret and not _signed_by_topic(source):
        return answer(503, f"source {name!r} has no secret in KITART_WEBHOOK_SECRETS yet")
    known = proof.has_secret(request.headers, in_address, secret)
    signed = bool(secret) and proof.is_signed(request.headers, kind_of(source))
    if not (known or signed or _signed_by_topic(source)):
        log.warning("a post to /webhooks/%s with a wrong secret was refused", name)
        return answer(401, WRONG)
    try:
        raw = await read_body(request)
    except BodyTooLarge as error:
        if known:
            await run_in_threadpool(_keep, place, name, error)
        kept = "its beginning was kept" if known else "nothing was kept"
        return answer(413, f"{error}: {kept}; send fewer alerts in one post")
    post = proof.sns_post(source, kind_of(source), raw)
    if post is not None:
        refused = await run_in_threadpool(proof.refused_by_sns, place.inst.sns, source, post)
        if refused is not None:
            log.warning("a post to /webhooks/%s was refused: %s", name, refused.message)
            return answer(refused.status, refused.message)
    elif not known and not (
        signed and proof.has_signature(request.headers, kind_of(source), raw, secret)
    ):
        log.warning("a post to /webhooks/%s with a wrong secret or signature was refused", name)
        return answer(401, "the signature is not that of this post" if signed else WRONG)
    kind = request.headers.get("content-type", "")
    try:
        accepted = await request.app.state.intake.accept(Post(plan, source, raw, kind))
    except UnreadablePost as error:
        return answer(422, f"the post was kept but can't be read: {error}")
    for number in accepted.opened:
        place.watchman.opened(number)
    if post is not None and post.get("Type") == alerts.SUBSCRIPTION:
        await run_in_threadpool(_confirm, place, source, post)
    return JSONResponse(summary(accepted), status_code=202)


def _keep(place: House, source: str, error: BodyTooLarge) -> None:
    now = place.inst.clock.now()
    keep_unreadable(place.inst.journal, source, error.beginning, str(error), now=now)


def _confirm(place: House, source: MonitoringSource, post: Mapping[str, Any]) -> None:
    """Confirm a subscription to a topic that the plan names; what fails waits for the operator."""
    try:
        place.inst.sns.confirm(post)
    except (NotOfSns, ConnectorError) as error:
        log.warning("the subscription to %s was not confirmed: %s", post.get("TopicArn"), error)
        return
    key = aws_sns.control_key(post)
    set_aside(place.inst.journal, source.name, key, "the subscription was confirmed")


def _signed_by_topic(source: MonitoringSource) -> bool:
    return kind_of(source) == aws_sns.SOURCE and bool(source.topics)


def _source(plan: Plan, name: str) -> MonitoringSource | None:
    """The source of this name in the plan, if its posts can be read."""
    found = next((s for s in plan.monitoring.sources if s.name == name), None)
    return found if found is not None and kind_of(found) in known_kinds() else None


def _sources(plan: Plan) -> str:
    return ", ".join(sorted(s.name for s in plan.monitoring.sources)) or "none"


def answer(status: int, message: str) -> JSONResponse:
    """What the sender is told when its post is not taken."""
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse({"error": message}, status_code=status, headers=headers)
