"""A stand-in for VCC Live's Database API v2, with its documented habits.

JSON comes as ``text/plain``; wrong requests answer 417; call records come 10 at a time unless
asked for, 500 at most. ``/sandbox/…`` switches it from outside.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel
from starlette.responses import Response

from kitart.clock import real_now
from sandbox.faults import Faults, faults_router
from sandbox.vcc_calls import place_call, record_row
from sandbox.vcc_state import Outage, VccAgent, VccState

DEFAULT_ROWS = 10
MOST_ROWS = 500


class BadRequest(Exception):
    """A wrong request, in the platform's words."""


def envelope(response: Any, errors: list[dict[str, Any]], status: int = 200) -> Response:
    """An answer as the platform writes it: JSON that calls itself text."""
    body = json.dumps({"response": response, "errors": errors}, ensure_ascii=False)
    return Response(body, status, media_type="text/plain; charset=utf-8")


def platform_error(message: str, status: int = 417) -> dict[str, Any]:
    """An entry of ``errors``."""
    return {"errorcode": status, "index": 1, "errormessage": message}


def vcc_app(state: VccState, faults: Faults) -> FastAPI:
    """The platform's API on ``state``, behind ``faults``."""
    app = FastAPI(title="VCC Live (sandbox)")
    app.include_router(faults_router(faults))

    @app.middleware("http")
    async def gate(request: Request, call_next: Callable[..., Any]) -> Response:
        if request.url.path.startswith("/v2") and (refusal := _refusal(state, request)):
            return refusal
        answer: Response = await call_next(request)
        return answer

    app.add_middleware(faults.middleware)  # added last, so outermost: a fault comes first

    @app.exception_handler(BadRequest)
    async def wrong(_: Request, error: BadRequest) -> Response:
        return envelope(None, [platform_error(str(error))], 417)

    def answer(response: Any) -> Response:
        errors = [platform_error("error.missing_arguments")] if state.errors_with_data else []
        return envelope(response, errors)

    _read_routes(app, state, answer)
    _record_routes(app, state, answer)
    _control_routes(app, state)
    return app


def _refusal(state: VccState, request: Request) -> Response | None:
    if state.outage == "down":
        return Response("Service Unavailable", 503, media_type="text/plain")
    given = request.headers.get("authorization", "")
    wanted = base64.b64encode(f"{state.user}:{state.password}".encode()).decode()
    if not secrets.compare_digest(given.encode(), f"Basic {wanted}".encode()):
        return Response(
            "Unauthorized", 401, {"WWW-Authenticate": 'Basic realm="api"'}, "text/plain"
        )
    if state.access_refused:
        return Response("Forbidden", 403, media_type="text/plain")
    if state.outage == "errors":
        return envelope(None, [platform_error("error.internal", 500)], 500)
    return None


def _read_routes(app: FastAPI, state: VccState, answer: Callable[[Any], Response]) -> None:
    @app.get("/v2/onlineusers")
    def online() -> Response:
        return answer([_online_row(state, agent) for agent in state.online()])

    @app.get("/v2/onlineusers/{project_id}")
    def online_on(project_id: str) -> Response:
        known = _project(state, project_id)
        return answer([_online_row(state, agent) for agent in state.online(known)])

    @app.get("/v2/users")
    def users() -> Response:
        return answer([_user_row(agent) for agent in state.agents])

    @app.get("/v2/projects")
    def projects() -> Response:
        return answer(
            [
                {
                    "projectid": project_id,
                    "name": name,
                    "status": "active",
                    "folderid": 1,
                    "container": False,
                    "folder": "Projects",
                }
                for project_id, name in sorted(state.project_names.items())
            ]
        )


def _record_routes(app: FastAPI, state: VccState, answer: Callable[[Any], Response]) -> None:
    @app.get("/v2/cdrs/{year}/{month}")
    def month_records(year: str, month: str, request: Request) -> Response:
        return answer(_page(state, (year, month), request))

    @app.get("/v2/cdrs/{year}/{month}/{day}")
    def day_records(year: str, month: str, day: str, request: Request) -> Response:
        return answer(_page(state, (year, month, day), request))

    @app.get("/v2/cdr/{year}/{month}/{uuid}")
    def one_record(year: str, month: str, uuid: str) -> Response:
        found = [call for call in state.records() if call.uuid == uuid]
        return answer([record_row(state, call) for call in found])


def _page(state: VccState, parts: tuple[str, ...], request: Request) -> dict[str, Any]:
    """Records of a month or a day of the account's own calendar."""
    wanted = tuple(_number(part, "date") for part in parts)
    query = request.query_params
    start = _number(query.get("start", "0"), "start")
    num = min(_number(query.get("num", str(DEFAULT_ROWS)), "num"), MOST_ROWS)
    project_id = _project(state, query["projectid"]) if query.get("projectid") else None
    found = [
        call
        for call in state.records(project_id)
        if state.local(call.started_at).timetuple()[: len(wanted)] == wanted
    ]
    rows = [record_row(state, call) for call in found[start : start + num]]
    return {"rows": rows, "totalCount": str(len(found))}


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadRequest(f"error.bad_arguments: {what}")
    return int(text)


def _project(state: VccState, text: str) -> int:
    project_id = _number(text, "projectid")
    if project_id not in state.project_names:
        raise BadRequest("error.bad_arguments: projectid")
    return project_id


def _online_row(state: VccState, agent: VccAgent) -> dict[str, Any]:
    since = agent.changed_at or state.clock.now()
    return {
        state.user_id_key: agent.user_id,
        "username": agent.username,
        "state": agent.state,
        "stateDuration": max(0, int((state.clock.now() - since).total_seconds())),
        "stateChangedAt": since.isoformat(timespec="seconds"),
        "softLimitReached": False,
        "hardLimitReached": False,
    }


def _user_row(agent: VccAgent) -> dict[str, Any]:
    return {
        "userid": agent.user_id,
        "name": agent.username,
        "username": agent.username,
        "status": "active",
        "is_agent": True,
        "teams_name": "",
        "projectIds": list(agent.project_ids),
        "groupid": 1,
        "group_name": "agents",
    }


class OutageOrder(BaseModel):
    """What the platform shall be like."""

    mode: Outage


class AgentsOrder(BaseModel):
    """Agents (codes or numbers) and the state to put them into; null logs them out."""

    agents: list[str | int]
    state: str | None


class CallOrder(BaseModel):
    """A caller dials ``line``. ``answered_by``: an agent, "nobody", or null for who is ready."""

    project: int
    line: str
    answered_by: str | int | None = None
    source: str = "+3610000000"
    queue: str = ""


def _control_routes(app: FastAPI, state: VccState) -> None:
    @app.put("/sandbox/outage")
    def set_outage(order: OutageOrder) -> dict[str, Any]:
        state.outage = order.mode
        return show()

    @app.put("/sandbox/agents")
    def set_agents(order: AgentsOrder) -> dict[str, Any]:
        try:
            state.put_agents(order.agents, order.state)
        except (LookupError, ValueError) as error:
            raise HTTPException(422, str(error)) from error
        return show()

    @app.post("/sandbox/call")
    def call(order: CallOrder) -> dict[str, Any]:
        try:
            return place_call(state, **order.model_dump())
        except LookupError as error:
            raise HTTPException(422, str(error)) from error

    @app.get("/sandbox/calls")
    def calls() -> list[dict[str, Any]]:
        with state.lock:
            return list(state.told)

    @app.get("/sandbox/presence")
    def presence() -> list[dict[str, Any]]:
        with state.lock:
            return [{**asdict(one), "at": one.at.isoformat()} for one in state.presence]

    @app.get("/sandbox/state")
    def show() -> dict[str, Any]:
        return {
            "at": real_now().isoformat(),
            "outage": state.outage,
            "agents": [
                {"id": a.user_id, "code": a.username, "projects": a.project_ids, "state": a.state}
                for a in state.agents
            ],
            "online": len(state.online()),
            "calls": len(state.calls),
            "voicemails": state.voicemails,
            "lost_in_outage": state.lost_in_outage,
            "on_the_line": 0,
        }
