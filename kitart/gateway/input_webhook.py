"""An input's sender says that it has arrived: an address and a secret of its own (R6, A21)."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from kitart.alerts import expected_inputs
from kitart.clock import as_utc
from kitart.gateway.body import BodyTooLarge, read_body
from kitart.gateway.house import House, house
from kitart.gateway.webhook_proof import has_secret
from kitart.gateway.webhooks import answer
from kitart.journal import inputs
from kitart.journal.inputs import Arrived
from kitart.plan.schema import Plan

log = logging.getLogger(__name__)
router = APIRouter()

FIELDS = frozenset({"at", "id", "detail"})
LONGEST_ID = 120
AHEAD = timedelta(days=1)
"""A sender's clock may be so far ahead of ours, or ours have been set back: it has arrived now.
Refused, an input that is here would be sought by night."""
BACK = timedelta(days=7)


@router.post("/webhooks/inputs/{code}", status_code=202)
async def receive(code: str, request: Request) -> JSONResponse:
    """Take one sender's word that its input is here.

    It proves itself as a monitoring source does, by the input's own secret. The body may be empty,
    or ``{"at": "2026-11-24T06:02:00+01:00", "id": "export-118", "detail": "412 rows"}``: of the
    same ``id`` one arrival is kept, however often it is sent.
    """
    place = house(request)
    plan = await run_in_threadpool(place.plans.current)
    known = {each.id for each in plan.inputs}
    if code not in known:
        named = ", ".join(sorted(known)) or "none"
        return answer(404, f"input {code!r} is not known; configured: {named}")
    secret = place.inst.settings.input_secrets.get(code)
    if secret is None or not secret.get_secret_value():
        return answer(503, f"input {code!r} has no secret in KITART_INPUT_SECRETS yet")
    if not has_secret(request.headers, "", secret.get_secret_value()):
        log.warning("a post to /webhooks/inputs/%s with a wrong secret was refused", code)
        return answer(401, "the secret is missing or wrong: send Authorization: Bearer <secret>")
    try:
        raw = await read_body(request)
    except BodyTooLarge as error:
        return answer(413, f"{error}: send the word that it is here, not the input itself")
    now = place.inst.clock.now()
    try:
        arrived = read_arrival(code, raw, now)
    except ValueError as error:
        return answer(422, str(error))
    return JSONResponse(await run_in_threadpool(_take, place, plan, arrived, now), status_code=202)


def read_arrival(code: str, raw: bytes, now: datetime) -> Arrived:
    """What a body says; raises ``ValueError`` naming field, value and what would be right."""
    said = _object(raw)
    unknown = sorted(set(said) - FIELDS)
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no field; right would be {', '.join(sorted(FIELDS))}")
    said_at = _moment(said.get("at"), now)
    id_ = _text(said, "id")
    if len(id_) > LONGEST_ID:
        raise ValueError(f"id has {len(id_)} letters; right would be {LONGEST_ID} at most")
    # Without a number of its own, what is sent again within the minute is the same.
    mark = id_ or f"{said_at:%Y-%m-%dT%H:%MZ}:{hashlib.sha256(raw).hexdigest()[:16]}"
    at = min(said_at, now)
    return Arrived(code, at, inputs.WEBHOOK, f"webhook:{mark}", _text(said, "detail")[:500])


def _object(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ValueError('the body is no JSON object; right would be {"id": "export-118"}, or none')
    return said


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}; right would be a text")
    return value


def _moment(value: object, now: datetime) -> datetime:
    if value is None:
        return now
    try:
        moment = as_utc(datetime.fromisoformat(str(value)))
    except ValueError:
        raise ValueError(
            f"at is {value!r}; right would be a moment with its offset: 2026-11-24T06:02:00+01:00"
        ) from None
    if moment > now + AHEAD or moment < now - BACK:
        raise ValueError(
            f"at is {value!r}, and now it is {now.isoformat(timespec='seconds')}; right would be "
            "when it arrived, in the last 7 days"
        )
    return moment


def _take(place: House, plan: Plan, arrived: Arrived, now: datetime) -> dict[str, str]:
    with place.inst.journal.write() as session:
        row = expected_inputs.take(session, plan, arrived, now=now)
        if row is None:
            return {"input": arrived.input, "kept": "known already, or nothing is due"}
        told = {"input": arrived.input, "for": row.due_at.isoformat(), "state": row.state}
        return told | ({"incident": row.incident} if row.incident else {})
