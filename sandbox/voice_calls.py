"""A stand-in for Twilio's calls: it rings, asks our page what to say, and hands on the keys.

Outside it shows ``GET /sandbox/calls``; ``PUT /sandbox/calls/numbers/{number}`` says what happens
where a number rings.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import requests
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from kitart.clock import real_now
from sandbox.calling import call
from sandbox.sms_state import Call, SmsState
from sandbox.telling_back import CALL_LIMIT_S, access_error, call_back, number_error, refusal


class RingOrder(BaseModel):
    """What happens where a number rings: the key pressed, "" for a machine that picks up."""

    key: str


def calls_routes(app: FastAPI, state: SmsState) -> None:
    """The routes of calls, on the gateway's application."""

    @app.post("/2010-04-01/Accounts/{account}/Calls.json", status_code=201)
    async def place(account: str, request: Request, later: BackgroundTasks) -> Any:
        if error := access_error(state, account, request.headers.get("authorization", "")):
            return error
        form = {name: str(value) for name, value in (await request.form()).items()}
        if error := _form_error(form) or number_error(state, form["To"]):
            return error
        placed = Call(
            f"CA{uuid4().hex}", form["To"], form["From"], form["Url"], real_now(),
            form.get("StatusCallback", ""),
        )  # fmt: skip
        with state.lock:
            state.calls.append(placed)
        later.add_task(_ring, state, placed)
        return _shown(state, placed)

    @app.get("/sandbox/calls")
    def placed_calls() -> list[dict[str, Any]]:
        return [each.as_json() for each in list(state.calls)]

    @app.put("/sandbox/calls/numbers/{number}")
    def set_key(number: str, order: RingOrder) -> dict[str, str]:
        state.keys[number] = order.key
        return {number: order.key}

    @app.delete("/sandbox/calls/numbers/{number}")
    def end_key(number: str) -> dict[str, None]:
        state.keys.pop(number, None)
        return {number: None}


def _form_error(form: dict[str, str]) -> JSONResponse | None:
    if not form.get("To"):
        return refusal(400, 21201, "No 'To' number is specified")
    if not form.get("From"):
        return refusal(400, 21213, "No 'From' number is specified")
    if not form.get("Url"):
        return refusal(400, 21205, "Url parameter is required.")
    return None


def _shown(state: SmsState, placed: Call) -> dict[str, Any]:
    return {
        "sid": placed.sid,
        "account_sid": state.account,
        "to": placed.to,
        "from": placed.sender,
        "status": "queued",
        "direction": "outbound-api",
        "uri": f"/2010-04-01/Accounts/{state.account}/Calls/{placed.sid}.json",
    }


def _ring(state: SmsState, placed: Call) -> None:
    """Let the phone ring, speak what our page says, hand on a key, and tell how it ended."""
    key = state.keys[placed.to] if placed.to in state.keys else state.pick_up(placed.to)
    if key is None:
        placed.status = "no-answer"
    else:
        placed.status = "completed" if _talk(state, placed, key) else "failed"
    if placed.status_callback:
        call_back(state, placed.status_callback, _form(state, placed, placed.status))


def _talk(state: SmsState, placed: Call, key: str) -> bool:
    page = _asked(state, placed, placed.page, {})
    if page is None:
        return False
    gather = page.find("Gather")
    if gather is not None and key:
        placed.keys = key
        return _asked(state, placed, gather.attrib["action"], {"Digits": key}) is not None
    return True


def _asked(
    state: SmsState, placed: Call, url: str, more: dict[str, str]
) -> ElementTree.Element | None:
    """What our page says at a moment of the call; ``None`` where it says nothing that counts."""
    form = _form(state, placed, "in-progress") | more
    signed = {"X-Twilio-Signature": state.signature(url, form)}
    try:
        answer = call("POST", url, data=form, headers=signed, timeout_s=CALL_LIMIT_S)
        page = ElementTree.fromstring(answer.content) if answer.ok else None
    except (requests.RequestException, ElementTree.ParseError):
        return None
    if page is not None:
        placed.said += [each.text or "" for each in page.iter("Say")]
    return page


def _form(state: SmsState, placed: Call, status: str) -> dict[str, str]:
    return {
        "CallSid": placed.sid,
        "AccountSid": state.account,
        "From": placed.sender,
        "To": placed.to,
        "CallStatus": status,
        "Direction": "outbound-api",
    }
