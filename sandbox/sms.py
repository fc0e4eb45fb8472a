"""A stand-in for Twilio's SMS: takes messages, reports delivery, passes replies on.

Outside it shows ``GET /sandbox/sms`` (``?after=N``: without the first N), takes replies at
``POST /sandbox/sms/inbound`` (``GET`` shows them, with what was sent back) and faults per number at
``PUT /sandbox/sms/numbers/{number}``.
"""

from __future__ import annotations

import threading
from datetime import UTC
from email.utils import format_datetime
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import requests
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from kitart.clock import real_now
from sandbox.faults import Faults, faults_router
from sandbox.sms_state import Delivery, NumberFault, Sms, SmsState
from sandbox.telling_back import access_error, call_back, number_error, refusal
from sandbox.voice_calls import calls_routes

LONGEST_BODY = 1600


def sms_app(state: SmsState, faults: Faults) -> FastAPI:
    """The gateway on ``state``, behind ``faults``."""
    app = FastAPI(title="SMS gateway (sandbox)")
    app.include_router(faults_router(faults))
    app.add_middleware(faults.middleware)

    @app.post("/2010-04-01/Accounts/{account}/Messages.json", status_code=201)
    async def send(account: str, request: Request, later: BackgroundTasks) -> Any:
        if error := access_error(state, account, request.headers.get("authorization", "")):
            return error
        form = {name: str(value) for name, value in (await request.form()).items()}
        if error := _form_error(form) or number_error(state, form["To"]):
            return error
        sms = state.take(
            form["To"],
            form["From"],
            form["Body"],
            request.headers.get("x-kitart-key", ""),
            form.get("StatusCallback", ""),
        )
        if sms.status_callback and state.report_after_s:
            late = threading.Timer(state.report_after_s, _report_delivery, (state, sms))
            late.daemon = True
            late.start()
        elif sms.status_callback:
            later.add_task(_report_delivery, state, sms)
        return _message(state, sms)

    @app.get("/2010-04-01/Accounts/{account}.json")
    def our_account(account: str, request: Request) -> Any:
        if error := access_error(state, account, request.headers.get("authorization", "")):
            return error
        return {
            "sid": state.account,
            "friendly_name": "Sandbox",
            "status": state.status,
            "type": state.kind,
        }

    calls_routes(app, state)
    _control_routes(app, state)
    return app


def _form_error(form: dict[str, str]) -> JSONResponse | None:
    if not form.get("To"):
        return refusal(400, 21604, "A 'To' phone number is required.")
    if not form.get("From"):
        return refusal(400, 21603, "A 'From' phone number is required.")
    if not form.get("Body"):
        return refusal(400, 21602, "Message body is required.")
    if len(form["Body"]) > LONGEST_BODY:
        return refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    return None


def _message(state: SmsState, sms: Sms) -> dict[str, Any]:
    at = format_datetime(sms.at.astimezone(UTC))
    return {
        "sid": sms.sid,
        "account_sid": state.account,
        "to": sms.to,
        "from": sms.sender,
        "body": sms.body,
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": "1",
        "error_code": None,
        "error_message": None,
        "date_created": at,
        "date_updated": at,
        "date_sent": None,
        "uri": f"/2010-04-01/Accounts/{state.account}/Messages/{sms.sid}.json",
    }


def _report_delivery(state: SmsState, sms: Sms) -> None:
    """Tell the callback that the message left, and what became of it."""
    end: Delivery = state.delivery_for(sms.to)
    if end == "silent":
        return
    for status in ("sent", end):
        form = {
            "MessageSid": sms.sid,
            "SmsSid": sms.sid,
            "AccountSid": state.account,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": sms.to,
            "From": sms.sender,
        }
        if status in ("undelivered", "failed"):
            form["ErrorCode"] = "30003"
        call_back(state, sms.status_callback, form)


class InboundOrder(BaseModel):
    """A person sends an SMS to us."""

    sender: str = Field(alias="from")
    to: str = ""
    body: str


class NumberOrder(BaseModel):
    """How messages to a number fail; see ``NumberFault``."""

    status: int | None = None
    code: int = 21211
    message: str = "Invalid 'To' Phone Number"
    times: int | None = None
    delivery: Delivery = "delivered"


class ReportingOrder(BaseModel):
    """How long after a message its delivery is reported."""

    after_s: float = Field(ge=0)


def _control_routes(app: FastAPI, state: SmsState) -> None:
    @app.get("/sandbox/sms")
    def sent(after: int = 0) -> list[dict[str, Any]]:
        return [sms.as_json() for sms in state.sent[after:]]

    @app.get("/sandbox/sms/inbound")
    def came_in() -> list[dict[str, Any]]:
        return list(state.inbound)

    @app.get("/sandbox/sms/callbacks")
    def callbacks() -> list[dict[str, Any]]:
        return list(state.callbacks)

    @app.put("/sandbox/sms/numbers/{number}")
    def set_fault(number: str, order: NumberOrder) -> dict[str, Any]:
        state.faults[number] = NumberFault(**order.model_dump())
        return {number: order.model_dump()}

    @app.put("/sandbox/sms/reporting")
    def report_late(order: ReportingOrder) -> dict[str, Any]:
        state.report_after_s = order.after_s
        return order.model_dump()

    @app.delete("/sandbox/sms/numbers/{number}")
    def end_fault(number: str) -> dict[str, Any]:
        state.faults.pop(number, None)
        return {number: None}

    @app.post("/sandbox/sms/inbound")
    def inbound(order: InboundOrder) -> dict[str, Any]:
        if not state.inbound_url:
            raise HTTPException(409, "inbound_url is empty: nobody is told of replies")
        return reply(state, order)


def _said_back(answered: requests.Response | None) -> str:
    try:
        page = ElementTree.fromstring(answered.content) if answered and answered.content else None
    except ElementTree.ParseError:
        page = None
    return "" if page is None else page.findtext("Message") or ""


def reply(state: SmsState, order: InboundOrder) -> dict[str, Any]:
    """Hand a person's SMS over to ``inbound_url``; what was told, with the status answered and
    what is sent back to the phone."""
    form = {
        "MessageSid": f"SM{uuid4().hex}",
        "AccountSid": state.account,
        "From": order.sender,
        "To": order.to,
        "Body": order.body,
        "NumMedia": "0",
        "NumSegments": "1",
    }
    answered = call_back(state, state.inbound_url, form)
    entry = {
        **form,
        "at": real_now().isoformat(),
        "answered": None if answered is None else answered.status_code,
        "said": _said_back(answered),
    }
    with state.lock:
        state.inbound.append(entry)
    return entry
