"""Graph's front door: the token is checked, the call finds its handler, errors get their shape."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.microsoft import drive, health, mail, sites
from sandbox.microsoft.calls import Answer, Call, GraphError, with_dollars
from sandbox.microsoft.permissions import check_permission
from sandbox.microsoft.state import Exchange, TenantState

BATCH_AT_MOST = 20


def answer_call(state: TenantState, call: Call) -> Answer:
    """Graph's answer; never raises ``GraphError``."""
    try:
        _check_token(state, call)
        if call.path.lower() == "/$batch" and call.method == "POST":
            answer = _batch(state, call)
        else:
            answer = _dispatch(state, call)
    except GraphError as error:
        answer = error.answer(call.headers.get("client-request-id", ""))
    _remember(state, call, answer)
    return answer


def _check_token(state: TenantState, call: Call) -> None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")
    if token not in state.tokens:
        raise GraphError(401, "InvalidAuthenticationToken", "CompactToken validation failed.")
    if not state.accepts(token):
        text = "Lifetime validation failed, the token is expired."
        raise GraphError(401, "InvalidAuthenticationToken", text)


def _dispatch(state: TenantState, call: Call) -> Answer:
    check_permission(state, call)
    below = sites.below_site(state, call.path)
    if below is not None:
        call = Call(call.method, below, call.query, call.headers, call.body)
        found = sites.routes.answer(state, call) or drive.routes.answer(state, call)
    else:
        found = mail.routes.answer(state, call) or health.routes.answer(state, call)
    if found is None:
        text = f"Resource not found for the segment in '{call.path}'."
        raise GraphError(400, "BadRequest", text)
    return found


def _batch(state: TenantState, call: Call) -> Answer:
    """Up to 20 calls in one; the answers come in another order, as they may."""
    body = call.json()
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not requests:
        raise GraphError(400, "BadRequest", "Invalid batch payload format.")
    if len(requests) > BATCH_AT_MOST:
        text = f"Number of batch request steps exceeds the maximum value of {BATCH_AT_MOST}."
        raise GraphError(400, "BadRequest", text)
    return Answer(200, {"responses": [_batched(state, call, one) for one in reversed(requests)]})


def _batched(state: TenantState, call: Call, request: dict[str, Any]) -> dict[str, Any]:
    address = urlsplit(str(request.get("url", "")))
    own = {str(name).lower(): str(value) for name, value in request.get("headers", {}).items()}
    one = Call(
        str(request.get("method", "GET")).upper(),
        clean_path("/" + unquote(address.path).lstrip("/")),
        with_dollars(dict(parse_qsl(address.query))),
        {**own, "x-sandbox-base": call.headers.get("x-sandbox-base", "")},
        json.dumps(request.get("body", {})).encode(),
        call.announced,
    )
    try:
        answer = _dispatch(state, one)
    except GraphError as error:
        answer = error.answer()
    shown: dict[str, Any] = {"id": str(request.get("id")), "status": answer.status}
    if answer.body is not None and not isinstance(answer.body, bytes):
        shown |= {"headers": {"Content-Type": "application/json"}, "body": answer.body}
    return shown


def clean_path(path: str) -> str:
    """One slash where clients send two, none at the end."""
    return re.sub("/{2,}", "/", path).rstrip("/")


def _remember(state: TenantState, call: Call, answer: Answer) -> None:
    sent: Any = None
    if "json" in call.headers.get("content-type", "") and call.body:
        try:
            sent = json.loads(call.body)
        except ValueError:
            sent = call.body.decode(errors="replace")
    answered = answer.body if not isinstance(answer.body, bytes) else None
    state.exchanges.append(Exchange(call.method, call.path, sent, answer.status, answered))
