"""The sign-on: OpenID configuration and tokens for an application."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from kitart.clock import real_now
from sandbox.microsoft.state import TenantState

GRAPH_SCOPE = "https://graph.microsoft.com/.default"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def entra_router(state: TenantState) -> APIRouter:
    """``/{tenant}/v2.0/.well-known/openid-configuration`` and ``/{tenant}/oauth2/v2.0/token``."""
    router = APIRouter()

    @router.get("/{tenant}/v2.0/.well-known/openid-configuration")
    def openid_configuration(tenant: str, request: Request) -> JSONResponse:
        if tenant.lower() != state.tenant.lower():
            return _error(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        base = f"{str(request.base_url).rstrip('/')}/{tenant}"
        return JSONResponse(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_types_supported": ["code", "id_token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    @router.post("/{tenant}/oauth2/v2.0/token")
    async def token(tenant: str, request: Request) -> JSONResponse:
        form = await _form(request)
        if form.get("grant_type") == DEVICE_CODE:
            return _signed_in(state, form)
        return _refusal(state, tenant, form) or _granted(state, state.issue_token())

    @router.post("/{tenant}/oauth2/v2.0/devicecode")
    async def device_code(tenant: str, request: Request) -> JSONResponse:
        if not state.public_client:
            text = "The request body must contain: 'client_assertion' or 'client_secret'."
            return _error(401, "invalid_client", 7000218, text)
        code = uuid.uuid4().hex
        state.device_codes.add(code)
        return JSONResponse(
            {
                "user_code": "KITART42",
                "device_code": code,
                "verification_uri": f"{str(request.base_url).rstrip('/')}/device",
                "expires_in": 900,
                "interval": 1,
                "message": "To sign in, open the page and enter the code KITART42.",
            }
        )

    return router


async def _form(request: Request) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}


def _signed_in(state: TenantState, form: dict[str, str]) -> JSONResponse:
    """What a code that a person was given is good for, yet."""
    if form.get("device_code") not in state.device_codes:
        return _error(400, "invalid_grant", 70000, "The device code is not known.")
    if state.person_pending > 0:
        state.person_pending -= 1
        return _error(400, "authorization_pending", 70016, "The code was not entered yet.")
    if state.person_refuses:
        return _error(400, state.person_refuses, 70018, "The sign-in did not come about.")
    state.device_codes.discard(form["device_code"])
    return _granted(state, state.issue_persons_token())


def _granted(state: TenantState, access_token: str) -> JSONResponse:
    answer: dict[str, Any] = {
        "token_type": "Bearer",
        "expires_in": state.token_life_s,
        "ext_expires_in": state.token_life_s,
        "access_token": access_token,
    }
    if state.refresh_in_s is not None:
        answer["refresh_in"] = state.refresh_in_s
    return JSONResponse(answer)


def _refusal(state: TenantState, tenant: str, form: dict[str, str]) -> JSONResponse | None:
    if tenant.lower() != state.tenant.lower():
        return _error(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
    if form.get("grant_type") != "client_credentials":
        return _error(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
    if form.get("client_id") != state.client_id:
        text = f"Application with identifier '{form.get('client_id')}' was not found."
        return _error(400, "unauthorized_client", 700016, text)
    if form.get("client_secret") != state.client_secret:
        return _error(401, "invalid_client", 7000215, "Invalid client secret provided.")
    if GRAPH_SCOPE not in form.get("scope", "").split():
        return _error(400, "invalid_scope", 1002012, "The provided scope is not valid.")
    return None


def _error(status: int, error: str, code: int, text: str) -> JSONResponse:
    trace_id, correlation_id = str(uuid.uuid4()), str(uuid.uuid4())
    timestamp = real_now().strftime("%Y-%m-%d %H:%M:%SZ")
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: {text} Trace ID: {trace_id} "
        f"Correlation ID: {correlation_id} Timestamp: {timestamp}",
        "error_codes": [code],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
    return JSONResponse(body, status_code=status)
