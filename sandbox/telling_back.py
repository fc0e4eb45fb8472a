"""What the stand-in gateway's messages and calls share: refusing, and calling us back signed."""

from __future__ import annotations

import base64
import secrets

import requests
from fastapi.responses import JSONResponse

from sandbox.calling import call
from sandbox.sms_state import SmsState

CALL_LIMIT_S = 5.0


def refusal(status: int, code: int, message: str) -> JSONResponse:
    """An error as Twilio writes it."""
    return JSONResponse(
        {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
        status,
    )


def access_error(state: SmsState, account: str, given: str) -> JSONResponse | None:
    """The refusal of another's account or token, if it is one."""
    wanted = base64.b64encode(f"{state.account}:{state.token}".encode()).decode()
    if not secrets.compare_digest(given.encode(), f"Basic {wanted}".encode()):
        return refusal(401, 20003, "Authenticate")
    if account != state.account:
        return refusal(404, 20404, "The requested resource was not found")
    return None


def number_error(state: SmsState, to: str) -> JSONResponse | None:
    """The refusal that a number meets, if any."""
    if not (to.startswith("+") and to[1:].isdigit() and 8 <= len(to) <= 16):
        return refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
    fault = state.fault_for(to)
    if fault is None or fault.status is None:
        return None
    return refusal(fault.status, fault.code, fault.message)


def call_back(state: SmsState, url: str, form: dict[str, str]) -> requests.Response | None:
    """Post a signed form as Twilio does; what was answered, None for nothing."""
    answered: requests.Response | None = None
    try:
        signature = {"X-Twilio-Signature": state.signature(url, form)}
        answered = call("POST", url, data=form, headers=signature, timeout_s=CALL_LIMIT_S)
    except requests.RequestException:
        pass
    with state.lock:
        status = None if answered is None else answered.status_code
        state.callbacks.append({"url": url, "form": form, "answered": status})
    return answered
