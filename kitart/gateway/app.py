"""The gateway: where alerts, links and the phone system come in."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, TimeoutError
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kitart import __version__
from kitart.gateway import (
    actions_page,
    agent_questions,
    assets,
    board_page,
    call_work,
    calls_by_hand,
    exercises_page,
    hot_wash,
    incident_page,
    input_webhook,
    inputs_page,
    ivr,
    legal_page,
    links,
    metrics,
    outage,
    paper,
    readiness_page,
    record_page,
    reporting,
    review_page,
    signing_in,
    twilio,
    version_page,
    webhooks,
    write_up_page,
)
from kitart.gateway.clock_watch import ClockWatch
from kitart.gateway.events import Events
from kitart.gateway.forms import Forms
from kitart.gateway.heartbeat import Heartbeat
from kitart.gateway.house import House, Plans, pages
from kitart.gateway.intake_queue import IntakeQueue
from kitart.gateway.last_look import LastLook
from kitart.gateway.live import Live
from kitart.gateway.lost_starts import LostStarts
from kitart.gateway.rehearsal import rehearse
from kitart.gateway.watchman import Watchman
from kitart.installation import Installation
from kitart.journal import upgrading
from kitart.messaging.links import check_key
from kitart.orchestrator import Orchestrator, look_at_prefect
from kitart.prefect_events import EventSink
from kitart.prefect_forms import FormBoard
from kitart.prefect_starts import PrefectStarts

log = logging.getLogger(__name__)

UNAVAILABLE, AGAIN_AFTER_S = 503, "5"
SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def create_app(
    inst: Installation,
    orchestrator: Orchestrator,
    board: FormBoard | None = None,
    sink: EventSink | None = None,
    starts: PrefectStarts | None = None,
) -> FastAPI:
    """The gateway's application for an installation; with ``board``, questions are forms there,
    with ``sink``, what happens is told there, and with ``starts``, plans that were lost as they
    began are begun again there.

    Starting it raises ``JournalError`` when the journal is not of this version, ``PlanError``
    when the plan has errors, and ``ValueError`` while no key is set to sign links with.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        check_key(inst.settings)
        upgrading.check(inst.journal)
        rehearse(inst, place.plans.current())
        place.watchman.start()
        heartbeat.start()
        clock_watch.start()
        app.state.modes.start()
        if forms is not None:
            forms.start()
        if events is not None:
            events.start()
        if lost_starts is not None:
            lost_starts.start()
        yield
        place.live.end()
        if lost_starts is not None:
            lost_starts.stop()
        if events is not None:
            events.stop()
        if forms is not None:
            forms.stop()
        app.state.intake.stop()
        app.state.modes.stop()
        heartbeat.stop()
        clock_watch.stop()
        app.state.metrics.stop()
        place.watchman.stop()

    app = FastAPI(title="Kitart gateway", version=__version__, lifespan=lifespan,
                  docs_url=None, redoc_url=None)  # fmt: skip
    place = House(
        inst,
        Plans(inst),
        Watchman(inst, orchestrator),
        pages(inst.settings.templates_dir),
        Live(inst),
    )
    forms = None if board is None else Forms(place, board)
    heartbeat = Heartbeat(inst, look_at_prefect)
    clock_watch = ClockWatch(inst)
    events = None if sink is None else Events(inst.journal, sink)
    lost_starts = None if starts is None else LostStarts(inst, starts)
    app.state.house = place
    app.state.live = place.live
    app.state.modes = ivr.Modes(inst, place.plans)
    app.state.intake = IntakeQueue(inst)
    app.state.metrics = metrics.Metrics(place)
    app.state.last_look = LastLook()
    # Before the monitors' addresses, one of which would take "inputs" for a source.
    app.include_router(input_webhook.router)
    app.include_router(webhooks.router)
    app.include_router(metrics.router)
    app.include_router(inputs_page.router)
    app.include_router(readiness_page.router)
    app.include_router(links.router)
    app.include_router(agent_questions.router)
    app.include_router(signing_in.router)
    app.include_router(assets.router)
    app.include_router(board_page.router)
    app.include_router(incident_page.router)
    app.include_router(record_page.router)
    app.include_router(legal_page.router)
    app.include_router(write_up_page.router)
    app.include_router(review_page.router)
    app.include_router(version_page.router)
    app.include_router(actions_page.router)
    app.include_router(exercises_page.router)
    app.include_router(hot_wash.router)
    app.include_router(outage.router)
    app.include_router(reporting.router)
    app.include_router(calls_by_hand.router)
    app.include_router(call_work.router)
    app.include_router(paper.router)
    app.include_router(ivr.router)
    app.include_router(twilio.router)
    app.add_middleware(_Safe)
    app.exception_handler(DBAPIError)(_journal_away)
    app.exception_handler(TimeoutError)(_journal_away)

    @app.get("/healthz")
    def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok", "version": __version__}

    @app.get("/readyz")
    def ready() -> JSONResponse:
        """The journal answers too: posts can be accepted."""
        try:
            upgrading.check(inst.journal)
        except Exception as error:
            return JSONResponse({"status": "not ready", "why": str(error)}, status_code=UNAVAILABLE)
        return JSONResponse({"status": "ready"})

    return app


class _Safe:
    """Puts the safe headers on every answer that does not have its own; and where something can't
    be done just now, also on a page, when to come again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
                if message["status"] == UNAVAILABLE:
                    headers.setdefault("Retry-After", AGAIN_AFTER_S)
            await send(message)

        await self._app(scope, receive, send_safely if scope["type"] == "http" else send)


def _route(request: Request) -> str:
    """The route without its values: a link's token is a key and belongs in no log."""
    return str(getattr(request.scope.get("route"), "path", "?"))


async def _journal_away(request: Request, error: Exception) -> Response:
    """The journal can't be used: the sender must send again, nothing was accepted."""
    log.error("%s %s: the journal can't be used", request.method, _route(request), exc_info=error)
    return JSONResponse(
        {"error": "the journal can't be written now; nothing was accepted, send it again"},
        status_code=UNAVAILABLE,
    )
