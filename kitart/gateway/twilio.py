"""Where the SMS gateway (Twilio, or one that speaks as Twilio does) calls us back.

Everything that comes here is signed with our account's token (``kitart.gateway.signed``).
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from kitart.gateway import calling, twiml
from kitart.gateway.body import clean
from kitart.gateway.house import house
from kitart.gateway.replying import reply
from kitart.gateway.signed import signed_form
from kitart.messaging import callbacks
from kitart.messaging.reported import take_report

router = APIRouter(include_in_schema=False)
NO_CONTENT = 204


@router.post(callbacks.STATUS)
async def status(request: Request, message: str = "") -> Response:
    """What became of a message or call that the provider took; ``message`` is our key of it."""
    place = house(request)
    form = await signed_form(request, place.inst.settings)
    await run_in_threadpool(
        take_report, place.inst, message,
        form.get("MessageSid") or form.get("CallSid", ""),
        form.get("MessageStatus") or form.get("CallStatus", ""), form.get("ErrorCode", ""),
    )  # fmt: skip
    return Response(status_code=NO_CONTENT)


@router.post(callbacks.SMS)
async def sms(request: Request) -> Response:
    """An SMS that somebody sent to our number; the answer goes back to that phone."""
    place = house(request)
    form = await signed_form(request, place.inst.settings)
    said = await run_in_threadpool(
        reply, place,
        form.get("MessageSid", ""), form.get("From", ""), clean(form.get("Body", "")),
    )  # fmt: skip
    return Response(twiml.message(said), media_type=twiml.MEDIA_TYPE)


@router.post("/twilio/voice/{token}")
async def call(token: str, request: Request) -> Response:
    """What to say in a call that was picked up."""
    place = house(request)
    await signed_form(request, place.inst.settings)
    spoken = await run_in_threadpool(calling.spoken_page, place, token)
    return Response(spoken, media_type=twiml.MEDIA_TYPE)


@router.post("/twilio/voice/{token}/key")
async def key(token: str, request: Request) -> Response:
    """A key that was pressed in a call."""
    place = house(request)
    form = await signed_form(request, place.inst.settings)
    said = await run_in_threadpool(calling.pressed, place, token, form.get("Digits", ""))
    return Response(said, media_type=twiml.MEDIA_TYPE)
